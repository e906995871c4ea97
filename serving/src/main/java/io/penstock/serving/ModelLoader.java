package io.penstock.serving;

import io.penstock.serving.backend.Backend;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns a model's file into a model that answers: check, load, warm up. */
public final class ModelLoader {
    private final TensorPool pool;

    public ModelLoader(TensorPool pool) {
        this.pool = pool;
    }

    /** How a model is to be loaded. */
    public record Options(
            int instances, boolean warmUp, List<WarmUpSample> samples, Batching batching, DeviceShares.Share device) {
        public Options {
            samples = List.copyOf(samples);
        }

        /** It warms up on zeros, if at all. */
        public Options(int instances, boolean warmUp, Batching batching, DeviceShares.Share device) {
            this(instances, warmUp, List.of(), batching, device);
        }
    }

    /**
     * Loads a model and runs it once; the caller closes it.
     *
     * @throws ServingException with {@link ErrorCode#NOT_FOUND} or {@link ErrorCode#INVALID_REQUEST} if the file is
     *     missing or no model that the backend runs
     */
    public BatchedModel load(ModelArtifact artifact, Backend backend, Options options) {
        return load(artifact, backend, options, new ModelStatistics());
    }

    /** @param statistics that the model goes on counting in */
    public BatchedModel load(ModelArtifact artifact, Backend backend, Options options, ModelStatistics statistics) {
        Path file = artifact.file();
        if (!Files.exists(file)) {
            throw new ServingException(ErrorCode.NOT_FOUND, "model " + artifact.name() + ": there is no file " + file);
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "model " + artifact.name() + ": " + file + " is not a readable file");
        }
        List<TensorInstance> loaded = backend.load(artifact, options.instances());
        boolean warm = false;
        try {
            for (WarmUpSample sample : options.samples()) {
                loaded.forEach(instance -> execute(sample, instance, artifact.name()));
            }
            if (options.warmUp() && options.samples().isEmpty()) {
                loaded.forEach(this::warmUp);
            }
            warm = true;
        } finally {
            if (!warm) {
                loaded.forEach(TensorInstance::close);
            }
        }
        return new BatchedModel(artifact.name(), loaded, options.batching(), pool, options.device(), statistics);
    }

    private void execute(WarmUpSample sample, TensorInstance instance, String model) {
        List<TensorLease> held = new ArrayList<>();
        try {
            Map<String, Tensor> inputs = sample.tensors(instance.signature(), (bytes, alignment) -> {
                TensorLease lease = pool.allocate(Math.max(1, bytes));
                held.add(lease);
                return lease.memory().asSlice(0, bytes, alignment);
            });
            for (int i = 0; i < sample.count(); i++) {
                instance.execute(inputs, pool).memory().close();
            }
        } catch (ServingException e) {
            throw new ServingException(
                    e.code(), "model " + model + ": model_warmup '" + sample.name() + "': " + e.sentence(), e);
        } finally {
            held.forEach(TensorLease::close);
        }
    }

    /**
     * Runs the model once on zeros, so that the first caller does not pay for what is made on first use. A model whose
     * inputs have open dimensions besides the batch may refuse the smallest size; that is no failure.
     */
    private void warmUp(TensorInstance instance) {
        ModelSignature signature = instance.signature();
        if (signature.inputs().stream().anyMatch(input -> input.type() == DataType.BYTES)) {
            return;
        }
        long bytes =
                signature.inputs().stream().mapToLong(ModelLoader::paddedBytes).sum();
        try (TensorLease memory = pool.allocate(bytes)) {
            memory.memory().fill((byte) 0);
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            long offset = 0;
            for (TensorSignature input : signature.inputs()) {
                Shape shape = BatchedModel.smallest(input.shape());
                long size = shape.elementCount() * input.type().byteSize();
                inputs.put(
                        input.name(),
                        new Tensor(input.type(), shape, memory.memory().asSlice(offset, size)));
                offset += paddedBytes(input);
            }
            instance.execute(inputs, pool).memory().close();
        } catch (ServingException e) {
            if (signature.inputs().stream().noneMatch(ModelLoader::hasOpenDimensions)) {
                throw e;
            }
        }
    }

    private static boolean hasOpenDimensions(TensorSignature input) {
        for (int i = 1; i < input.shape().rank(); i++) {
            if (input.shape().dimension(i) == Shape.ANY) {
                return true;
            }
        }
        return false;
    }

    private static long paddedBytes(TensorSignature input) {
        long bytes = BatchedModel.smallest(input.shape()).elementCount()
                * input.type().byteSize();
        return (bytes + 63) & -64;
    }
}
