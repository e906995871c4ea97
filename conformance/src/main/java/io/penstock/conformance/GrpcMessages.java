package io.penstock.conformance;

import com.google.protobuf.ByteString;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests and answers of {@code ModelInfer}. */
final class GrpcMessages {
    private GrpcMessages() {}

    static ModelInferRequest.Builder contents(ModelFace model, List<NamedValues> inputs) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(model.name());
        inputs.forEach(input ->
                request.addInputs(head(input).setContents(input.values().contents())));
        return request;
    }

    static ModelInferRequest.Builder raw(ModelFace model, List<NamedValues> inputs) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(model.name());
        for (NamedValues input : inputs) {
            request.addInputs(head(input))
                    .addRawInputContents(ByteString.copyFrom(input.values().raw()));
        }
        return request;
    }

    private static ModelInferRequest.InferInputTensor.Builder head(NamedValues input) {
        return ModelInferRequest.InferInputTensor.newBuilder()
                .setName(input.name())
                .setDatatype(input.values().type().name())
                .addAllShape(input.values().shape());
    }

    /** @throws Mismatch if raw contents and outputs do not fit each other */
    static Map<String, Values> outputs(ModelInferResponse answer) {
        boolean isRaw = answer.getRawOutputContentsCount() > 0;
        Mismatch.unless(
                !isRaw || answer.getRawOutputContentsCount() == answer.getOutputsCount(),
                answer.getOutputsCount() + " outputs came with " + answer.getRawOutputContentsCount()
                        + " raw contents");
        Map<String, Values> outputs = new LinkedHashMap<>();
        for (int i = 0; i < answer.getOutputsCount(); i++) {
            ModelInferResponse.InferOutputTensor output = answer.getOutputs(i);
            Datatype type = Datatype.find(output.getDatatype())
                    .orElseThrow(() -> new Mismatch("an output of no datatype: " + output.getDatatype()));
            List<Long> shape = output.getShapeList();
            outputs.put(
                    output.getName(),
                    isRaw
                            ? Values.fromRaw(
                                    type, shape, answer.getRawOutputContents(i).toByteArray())
                            : Values.fromContents(type, shape, output.getContents()));
        }
        return outputs;
    }
}
