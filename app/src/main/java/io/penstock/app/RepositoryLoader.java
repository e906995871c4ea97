package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxRuntimeDevices;
import io.penstock.server.page.ModelCard;
import io.penstock.serving.Batching;
import io.penstock.serving.DeviceMemory;
import io.penstock.serving.EnsembleModel;
import io.penstock.serving.KeepAlive;
import io.penstock.serving.ModelLoader;
import io.penstock.serving.ModelRepository;
import io.penstock.serving.OnDemandModel;
import io.penstock.serving.RepositorySignature;
import io.penstock.serving.TensorModel;
import io.penstock.serving.WarmUpSample;
import io.penstock.serving.backend.Backend;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.spec.BackendSpec;
import io.penstock.spec.DeviceChoice;
import io.penstock.spec.triton.TritonModelConfig;
import io.penstock.spec.triton.TritonModelConfig.DynamicBatching;
import io.penstock.spec.triton.TritonModelConfig.EnsembleStep;
import io.penstock.spec.triton.TritonModelConfig.QueuePolicy;
import io.penstock.spec.triton.TritonModelConfig.WarmUp;
import io.penstock.spec.triton.TritonModelConfig.WarmUpInput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Makes the models that an entry of a model repository asks for. */
final class RepositoryLoader {
    /** As many as Triton takes for a model that can batch and says no number. */
    private static final int USUAL_BATCH = 4;

    private static final int MOST_INSTANCES = 64;

    private final Engine engine;

    RepositoryLoader(Engine engine) {
        this.engine = engine;
    }

    /**
     * All versions that are to be served, loaded and verified; the caller closes each.
     *
     * @throws ServingException if one cannot be loaded; then none is
     */
    List<TensorModel> loadAll(ModelRepository.Entry entry) throws InterruptedException {
        List<TensorModel> loaded = new ArrayList<>();
        boolean all = false;
        try {
            for (Map.Entry<Long, Path> version : entry.versions().entrySet()) {
                loaded.add(load(entry, version.getKey(), version.getValue()));
            }
            all = true;
            return loaded;
        } finally {
            if (!all) {
                loaded.forEach(RepositoryLoader::close);
            }
        }
    }

    /** Takes a model out of memory. */
    static void close(TensorModel model) {
        if (model instanceof OnDemandModel loaded) {
            loaded.close(); // an ensemble holds nothing of its own
        }
    }

    private TensorModel load(ModelRepository.Entry entry, long version, Path file) throws InterruptedException {
        return entry.config().isEnsemble() ? ensemble(entry, version) : model(entry, version, file);
    }

    private TensorModel ensemble(ModelRepository.Entry entry, long version) {
        List<EnsembleModel.Step> steps =
                entry.config().ensemble().stream().map(RepositoryLoader::step).toList();
        EnsembleModel model = new EnsembleModel(
                entry.name(), Long.toString(version), RepositorySignature.ofEnsemble(entry), steps, engine.models());
        for (EnsembleModel.Step step : steps) {
            engine.models()
                    .tensorModel(step.model(), step.version()); // a missing one is known now, not at the first call
        }
        return model;
    }

    private static EnsembleModel.Step step(EnsembleStep step) {
        String version =
                step.version().isPresent() ? Long.toString(step.version().getAsLong()) : "";
        return new EnsembleModel.Step(step.model(), version, ordered(step.inputs()), ordered(step.outputs()));
    }

    private static SequencedMap<String, String> ordered(Map<String, String> names) {
        return new TreeMap<>(names);
    }

    private TensorModel model(ModelRepository.Entry entry, long version, Path file) throws InterruptedException {
        TritonModelConfig.Placement placement = entry.config().placement();
        OnnxRuntimeDevices.Wish wish = new OnnxRuntimeDevices.Wish(
                placement.device(),
                "instance_group.kind",
                "kind: KIND_CPU",
                BackendSpec.Cuda.USUAL,
                placement.tensorrt());
        return engine.devices()
                .onnxruntime()
                .open(wish, entry.name(), device -> open(entry, Long.toString(version), file, wish, device));
    }

    private OnDemandModel open(
            ModelRepository.Entry entry, String version, Path file, OnnxRuntimeDevices.Wish wish, DeviceChoice device)
            throws InterruptedException {
        TritonModelConfig config = entry.config();
        ModelDevices devices = engine.devices();
        int instances = Math.clamp(config.instances().orElse(devices.usualInstances(device)), 1, MOST_INSTANCES);
        int threads = devices.threads(device, threads(config), instances);
        Backend backend = devices.onnxruntime().backend(device, wish, threads, devices.bound(device));
        ModelLoader.Options options = new ModelLoader.Options(
                instances,
                true,
                samples(entry),
                batching(config),
                devices.of(device).shares().share(threads));
        return OnDemandModel.open(
                new OnDemandModel.Identity(
                        entry.name(),
                        version,
                        config.maxBatchSize().orElse(0),
                        signature -> RepositorySignature.of(entry, signature)),
                devices.of(device).memory(),
                new DeviceMemory.Tenant(entry.name(), DeviceMemory.usualBytes(file), KeepAlive.UNTIL_NEEDED),
                statistics ->
                        engine.loader().load(new ModelArtifact(entry.name(), file), backend, options, statistics));
    }

    /** What the page says of a model. */
    static ModelCard card(TensorModel model) {
        return model instanceof OnDemandModel loaded
                ? new ModelCard(
                        "ONNX Runtime",
                        loaded.memoryBytes(),
                        PipelineAssembler.deviceName(loaded),
                        loaded.instances(),
                        loaded.threads())
                : new ModelCard("ensemble", 0, "CPU", 1, 1);
    }

    private static OptionalInt threads(TritonModelConfig config) {
        String wanted = config.parameters().getOrDefault("intra_op_thread_count", "");
        return wanted.matches("[1-9][0-9]{0,3}") ? OptionalInt.of(Integer.parseInt(wanted)) : OptionalInt.empty();
    }

    /** Requests are joined only where the configuration says so, or says nothing of batches at all. */
    private Batching batching(TritonModelConfig config) {
        int capacity = engine.limits().queuePerModel();
        int most = Math.max(1, config.maxBatchSize().orElse(USUAL_BATCH));
        if (config.batching().isEmpty()) {
            int joined = config.maxBatchSize().isPresent() ? 1 : most;
            return new Batching(joined, Duration.ZERO, Math.max(joined, capacity));
        }
        DynamicBatching wanted = config.batching().get();
        QueuePolicy queue = wanted.queue();
        int waiting = Math.max(most, queue.capacity().orElse(capacity));
        Map<Integer, Batching.LevelQueue> ofLevels = new HashMap<>();
        wanted.ofLevels()
                .forEach((level, own) -> ofLevels.put(
                        level,
                        new Batching.LevelQueue(timeout(own), own.capacity().orElse(waiting))));
        return new Batching(
                most,
                wanted.maxQueueDelay(),
                waiting,
                wanted.preferredSizes().stream().filter(size -> size <= most).toList(),
                new Batching.Priorities(wanted.priorityLevels(), wanted.usualPriority()),
                timeout(queue),
                ofLevels);
    }

    private static Batching.QueueTimeout timeout(QueuePolicy queue) {
        return new Batching.QueueTimeout(
                queue.timeout(),
                queue.delays() ? Batching.QueueTimeout.Action.DELAY : Batching.QueueTimeout.Action.REJECT);
    }

    /** The {@code model_warmup} of a configuration; files lie in the folder {@code warmup} of the model's folder. */
    private static List<WarmUpSample> samples(ModelRepository.Entry entry) {
        int most = entry.config().maxBatchSize().orElse(0);
        List<WarmUpSample> samples = new ArrayList<>();
        for (WarmUp written : entry.config().warmUps()) {
            if (written.batchSize() > Math.max(1, most)) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "model " + entry.name() + ": model_warmup '" + written.name() + "': batch_size must be at most "
                                + Math.max(1, most) + ": " + written.batchSize());
            }
            Map<String, WarmUpSample.Input> inputs = new HashMap<>();
            written.inputs()
                    .forEach((name, input) -> inputs.put(
                            name,
                            new WarmUpSample.Input(
                                    DataType.valueOf(input.type()),
                                    Shape.of(input.dims().stream()
                                            .mapToLong(Long::longValue)
                                            .toArray()),
                                    content(entry, input))));
            int copies = most == 0 ? 0 : Math.max(1, written.batchSize());
            samples.add(new WarmUpSample(written.name(), copies, written.count(), inputs));
        }
        return samples;
    }

    private static WarmUpSample.Content content(ModelRepository.Entry entry, WarmUpInput input) {
        if (input.file().isEmpty()) {
            return input.isRandom() ? new WarmUpSample.Content.Noise() : new WarmUpSample.Content.Zeros();
        }
        String file = input.file().get();
        Path folder = entry.folder().resolve("warmup").normalize();
        Path there = folder.resolve(file).normalize();
        // A configuration may come with a request to load: what it names must not lead anywhere else.
        if (!there.startsWith(folder) || there.equals(folder) || !leadsInto(folder, there)) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "model " + entry.name() + ": input_data_file must be a file in the model's folder warmup: " + file);
        }
        return new WarmUpSample.Content.File(there);
    }

    /** Links are followed; a file that is not there leads nowhere. */
    private static boolean leadsInto(Path folder, Path file) {
        try {
            return file.toRealPath().startsWith(folder.toRealPath());
        } catch (IOException _) {
            return false;
        }
    }
}
