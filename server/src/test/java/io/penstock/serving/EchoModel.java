package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** A model that gives each input back as an output of another name, without copying it: {@code in} as {@code out}. */
public final class EchoModel implements TensorModel {
    private final String name;
    private final ModelSignature signature;
    private final ModelStatistics statistics = new ModelStatistics();

    /** @param inputs each named {@code in…} */
    public EchoModel(String name, List<TensorSignature> inputs) {
        this.name = name;
        List<TensorSignature> outputs = new ArrayList<>();
        for (TensorSignature input : inputs) {
            outputs.add(new TensorSignature(outputName(input.name()), input.type(), input.shape()));
        }
        this.signature = new ModelSignature("penstock_echo", inputs, outputs, Map.of());
    }

    /** One input {@code in} of this type and any size. */
    public static EchoModel of(String name, DataType type, long... shape) {
        return new EchoModel(name, List.of(new TensorSignature("in", type, Shape.of(shape))));
    }

    private static String outputName(String input) {
        return input.replaceFirst("^in", "out");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ModelSignature signature() {
        return signature;
    }

    @Override
    public ModelStatistics statistics() {
        return statistics;
    }

    @Override
    public InferResponse infer(InferRequest request) {
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        request.inputs().forEach((input, tensor) -> outputs.put(outputName(input), tensor));
        statistics.executed(1, 1, 1_000);
        statistics.succeeded(500, 2_000, 1);
        return new InferResponse(outputs, request.memory().retain(), new InferResponse.Timings(500, 1_000));
    }

    @Override
    public Optional<Begun> begin(InferRequest request, InferCompletion completion) {
        completion.answered(infer(request));
        return Optional.of(() -> false);
    }
}
