package io.penstock.benchmarks;

import io.penstock.backend.onnxruntime.OnnxRuntimeBackend;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A model alone, with ONNX Runtime at one thread and inputs of zeros, one in a batch; for one caller. */
final class ModelSession implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final TensorPool pool = new TensorPool(1 << 28);
    private final TensorInstance instance;
    private final Map<String, Tensor> inputs = new HashMap<>();

    ModelSession(Path model) {
        instance = new OnnxRuntimeBackend(1)
                .load(new ModelArtifact("model", model), 1)
                .getFirst();
        instance.signature().inputs().forEach(input -> {
            Shape shape = input.shape().withBatch(1);
            long bytes = shape.elementCount() * input.type().byteSize();
            inputs.put(input.name(), new Tensor(input.type(), shape, arena.allocate(bytes, 64)));
        });
        execute();
    }

    ModelSignature signature() {
        return instance.signature();
    }

    TensorInstance.Outputs execute(Map<String, Tensor> given) {
        return instance.execute(given, pool);
    }

    /** Executes the model once. */
    long execute() {
        try (TensorLease memory = execute(inputs).memory()) {
            return memory.memory().byteSize();
        }
    }

    @Override
    public void close() {
        instance.close();
        pool.close();
        arena.close();
    }
}
