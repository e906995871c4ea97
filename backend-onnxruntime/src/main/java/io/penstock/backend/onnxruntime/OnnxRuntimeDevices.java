package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.penstock.serving.backend.Backend;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.BackendSpec;
import io.penstock.spec.DeviceChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The devices that ONNX Runtime can use here. A device that a document names is used, or the model is refused; under
 * {@code auto} what cannot be used is said once, and the processors take its place.
 *
 * <p>Threads: any number call it. A device is tried once, by whoever asks first, while others who ask for it wait.
 */
public final class OnnxRuntimeDevices {
    private static final System.Logger LOG = System.getLogger("io.penstock.devices");

    private final Sessions sessions;
    private final Path engines;
    private final Notices notices;
    /** Why a device cannot be used, by its name; empty where it can. */
    private final Map<String, Optional<String>> tried = new ConcurrentHashMap<>();

    private final Set<String> said = ConcurrentHashMap.newKeySet();

    /** Where sentences for whoever runs the process go. */
    interface Notices {
        void say(String sentence);
    }

    /**
     * Loads ONNX Runtime at the first model, not now.
     *
     * @param engines the folder below which TensorRT keeps what it builds
     */
    public OnnxRuntimeDevices(Path engines) {
        this(new LazySessions(), engines, sentence -> LOG.log(System.Logger.Level.INFO, sentence));
    }

    OnnxRuntimeDevices(Sessions sessions, Path engines, Notices notices) {
        this.sessions = sessions;
        this.engines = engines;
        this.notices = notices;
    }

    /**
     * Where a model is wanted.
     *
     * @param field that says so, as the user knows it
     * @param fix what to write there where the processors will do
     */
    public record Wish(
            DeviceChoice device, String field, String fix, BackendSpec.Cuda cuda, BackendSpec.Tensorrt tensorrt) {}

    /** Makes something of a model on one device. */
    public interface Opening<T> {
        /** @param device never {@code auto} */
        T on(DeviceChoice device) throws InterruptedException;
    }

    /**
     * Opens a model on the first device that takes it.
     *
     * @param model its name, for messages
     * @throws ServingException with {@link ErrorCode#INVALID_REQUEST} if the wish names a device that cannot be used, or
     *     as the last opening failed
     */
    public <T> T open(Wish wish, String model, Opening<T> opening) throws InterruptedException {
        DeviceChoice wanted = wish.device();
        switch (wanted.kind()) {
            case CPU -> {}
            case CUDA, TENSORRT -> {
                Optional<String> obstacle = obstacle(wanted);
                if (obstacle.isPresent()) {
                    throw new ServingException(
                            ErrorCode.INVALID_REQUEST,
                            "model " + model + ": " + wish.field() + " asks for " + wanted + ", which cannot be used: "
                                    + obstacle.get() + ". " + needed(wanted) + "; or write " + wish.fix()
                                    + " to run it on the processors (docs/devices.md)");
                }
            }
            case AUTO -> {
                return openAnywhere(wanted, model, opening);
            }
        }
        return opening.on(wanted);
    }

    private <T> T openAnywhere(DeviceChoice wanted, String model, Opening<T> opening) throws InterruptedException {
        DeviceChoice gpu = new DeviceChoice(DeviceChoice.Kind.CUDA, wanted.index());
        Optional<String> obstacle = obstacle(gpu);
        if (obstacle.isPresent()) {
            sayOnce("no graphics processor is used, models run on the processors; " + gpu + ": " + obstacle.get());
            return opening.on(DeviceChoice.CPU);
        }
        try {
            return opening.on(gpu);
        } catch (ServingException e) {
            // Whatever it was, a lack of memory or an operator: where the model itself is at fault, the processors say
            // so.
            T onProcessors = opening.on(DeviceChoice.CPU);
            sayOnce("model " + model + " runs on the processors; on " + gpu + ": " + e.sentence());
            return onProcessors;
        }
    }

    /**
     * Runs models on one device.
     *
     * @param device never {@code auto}
     * @param threads of one execution on the processors, the caller's among them
     * @param memoryBytes that all models on the device may take; empty for no bound
     */
    public Backend backend(DeviceChoice device, Wish wish, int threads, OptionalLong memoryBytes) {
        return new OnnxRuntimeBackend(
                sessions, new ProviderPlan(device, wish.cuda(), wish.tensorrt(), memoryBytes), threads, engines);
    }

    /** Why a graphics processor cannot be used; empty where it can. */
    private Optional<String> obstacle(DeviceChoice gpu) {
        return tried.computeIfAbsent(gpu.toString(), _ -> tryOut(gpu));
    }

    private Optional<String> tryOut(DeviceChoice gpu) {
        try {
            sessions.probe(ProviderPlan.usual(gpu).withoutCache().providers(engines));
            return Optional.empty();
        } catch (OrtException e) {
            return Optional.of(OrtMessages.sentence(e));
        }
    }

    private static String needed(DeviceChoice device) {
        return "It needs an NVIDIA driver, CUDA 12, cuDNN 9"
                + (device.kind() == DeviceChoice.Kind.TENSORRT ? ", TensorRT 10" : "")
                + " and ONNX Runtime's GPU libraries in the folder of -Donnxruntime.native.path";
    }

    private void sayOnce(String sentence) {
        if (said.add(sentence)) {
            notices.say(sentence);
        }
    }

    /** Sessions of a library that is loaded when the first is asked for. */
    private static final class LazySessions implements Sessions {
        @Override
        public OrtSession open(Path model, int threads, List<Provider> providers) throws OrtException {
            return new OrtSessions(OnnxRuntimeNatives.load()).open(model, threads, providers);
        }

        @Override
        public void probe(List<Provider> providers) throws OrtException {
            if (!OnnxRuntimeNatives.haveProviders()) {
                throw new OrtException("ONNX Runtime's libraries here are for the processors alone");
            }
            new OrtSessions(OnnxRuntimeNatives.load()).probe(providers);
        }
    }
}
