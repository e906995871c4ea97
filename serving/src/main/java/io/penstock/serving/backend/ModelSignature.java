package io.penstock.serving.backend;

import io.penstock.serving.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model takes and gives, as its file says it.
 *
 * @param platform in the protocol's vocabulary, {@code onnxruntime_onnx}
 * @param metadata the file's own key-value pairs, such as class names
 */
public record ModelSignature(
        String platform, List<TensorSignature> inputs, List<TensorSignature> outputs, Map<String, String> metadata) {
    public ModelSignature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        metadata = Map.copyOf(metadata);
    }

    public Optional<TensorSignature> findInput(String name) {
        return inputs.stream().filter(input -> input.name().equals(name)).findFirst();
    }

    public Optional<TensorSignature> findOutput(String name) {
        return outputs.stream().filter(output -> output.name().equals(name)).findFirst();
    }

    /** Whether every input and output has an open outermost dimension, so that requests can be joined along it. */
    public boolean isBatchable() {
        return !inputs.isEmpty()
                && inputs.stream().allMatch(ModelSignature::hasOpenBatch)
                && outputs.stream().allMatch(ModelSignature::hasOpenBatch);
    }

    private static boolean hasOpenBatch(TensorSignature tensor) {
        return tensor.shape().rank() > 0 && tensor.shape().dimension(0) == Shape.ANY;
    }
}
