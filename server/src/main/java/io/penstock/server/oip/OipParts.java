package io.penstock.server.oip;

import io.penstock.server.metrics.InferCounter;
import io.penstock.server.net.Caller;
import io.penstock.server.net.RequestBody;
import io.penstock.server.net.ServerLimits;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.SharedRegions;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.TensorPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * What the protocol's REST and gRPC forms share, so that both tell and change the same.
 *
 * @param sharedMemory absent where clients may not be on this host
 */
public record OipParts(
        ModelRegistry models,
        TensorPool pool,
        InferCounter counter,
        BooleanSupplier ready,
        ServerIdentity identity,
        ModelControl control,
        Optional<SharedMemory> sharedMemory,
        TraceSettings traces,
        LogSettings logs,
        ServerLimits limits) {
    private static final Pattern MODEL_NAME = Pattern.compile("[A-Za-z0-9._:/-]{1,255}");
    private static final int SHOWN = 80;

    /** What an event loop may read of a request, or write of an answer, byte by byte: some tens of microseconds. */
    static final long QUICK_BYTES = 16 << 10;

    /**
     * What clients may do.
     *
     * @param loopback whether only clients on this host can connect, who then may use shared memory
     */
    public record Allowed(boolean loopback, ServerLimits limits) {}

    public static OipParts of(
            ModelRegistry models,
            TensorPool pool,
            InferCounter counter,
            BooleanSupplier ready,
            ServerIdentity identity,
            ModelControl control,
            Allowed allowed) {
        ServerLimits limits = allowed.limits();
        Optional<SharedMemory> memory = allowed.loopback()
                ? SharedMemory.ofThisHost(limits.protocols().sharedMemoryRegions())
                : Optional.empty();
        return new OipParts(
                models,
                pool,
                counter,
                ready,
                identity,
                control,
                memory,
                new TraceSettings(),
                new LogSettings(),
                limits);
    }

    /** Triton's extensions that are served here, by the names their clients look for. */
    List<String> extensions() {
        List<String> names = new ArrayList<>(List.of("classification"));
        if (control.loads()) {
            names.addAll(List.of("model_repository", "model_repository(unload_dependents)"));
        }
        names.add("model_configuration");
        if (sharedMemory.isPresent()) {
            names.add("system_shared_memory");
        }
        names.addAll(List.of("binary_tensor_data", "parameters", "statistics", "trace", "logging"));
        return names;
    }

    /** What a caller may use of the shared memory. */
    SharedRegions regions(Caller caller) {
        if (sharedMemory.isEmpty()) {
            return SharedRegions.NONE;
        }
        SharedMemory memory = sharedMemory.get();
        return caller.names().isEmpty() ? memory : new OwnRegions(memory, caller);
    }

    /** Whether reading a request's tensors takes no look at each element. */
    boolean isQuick(TensorModel model, RequestBody body) {
        return body.bytes().byteSize() <= QUICK_BYTES
                || model.signature().inputs().stream().noneMatch(input -> input.type() == DataType.BYTES);
    }

    /** Whether a request may name shared memory, which takes copies. */
    boolean usesSharedMemory() {
        return sharedMemory.isPresent() && sharedMemory.get().isUsed();
    }

    /** Shared memory for a request that is about it. */
    SharedMemory shared() {
        return sharedMemory.orElseThrow(() -> new ServingException(
                ErrorCode.UNIMPLEMENTED,
                "shared memory is not served here: the server must listen on a loopback address, on Linux"));
    }

    static ServingException noCuda() {
        return new ServingException(
                ErrorCode.UNIMPLEMENTED,
                "CUDA shared memory is not served here; send tensors in binary, or use system shared memory");
    }

    /** A model's name that is safe to look for in a repository of folders. */
    static String checkedName(String name) {
        boolean climbs = List.of(name.split("/", -1)).stream()
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        if (!MODEL_NAME.matcher(name).matches() || climbs) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "a model's name has letters, digits and . _ : / -, and no part that is empty or dots alone: '"
                            + (name.length() <= SHOWN ? name : name.substring(0, SHOWN) + "…") + "'");
        }
        return name;
    }

    /** What is in a load request under {@code file:}, a path inside the model's folder. */
    static String checkedFile(String path) {
        return checkedName(path);
    }

    /** Whether a model of this name and version answers. */
    boolean isReady(String name, String version) {
        return models.versions(name).stream().anyMatch(model -> version.isEmpty() || version.equals(model.version()));
    }

    /** The versions of a model, the newest last. */
    List<String> versions(String name) {
        return models.versions(name).stream().map(Model::version).toList();
    }

    /** The models that statistics are asked of: all where no name is given, every version where no version is. */
    List<? extends Model> counted(String name, String version) {
        if (name.isEmpty()) {
            return models.all();
        }
        TensorModel found = models.tensorModel(name, version);
        return version.isEmpty() ? models.versions(name) : List.of(found);
    }
}
