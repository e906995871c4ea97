package io.penstock.conformance;

import static io.penstock.conformance.Check.must;
import static io.penstock.conformance.Mismatch.unless;

import io.penstock.protocol.oip.InferParameter;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferResponse;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A7 to A9 and A13: ids, chosen outputs, parameters, and what an answer says of its model. */
final class RequestChecks {
    private static final String ID = "conformance-7f3a";

    private RequestChecks() {}

    static List<Check> all() {
        return List.of(
                must("A7.echo", "an id comes back", RequestChecks::idEcho),
                Check.should("A7.absent", "without an id none comes back", RequestChecks::idAbsent),
                must("A7.echo.grpc", "an id comes back over gRPC", RequestChecks::idEchoGrpc),
                must("A8.subset", "only the outputs that were asked for come", RequestChecks::subset),
                Check.should(
                        "A8.order", "outputs come in the order in which they were asked for", RequestChecks::order),
                must("A8.unknown", "an unknown output is refused with 4xx", RequestChecks::unknownOutput),
                must(
                        "A8.subset.grpc",
                        "only the outputs that were asked for come over gRPC",
                        RequestChecks::subsetGrpc),
                must("A9.types", "parameters may be texts, numbers and truth values", RequestChecks::parameters),
                must("A9.types.grpc", "parameters of each kind are taken over gRPC", RequestChecks::parametersGrpc),
                must("A13.model", "an answer names its model", RequestChecks::modelName),
                must("A13.model.grpc", "an answer over gRPC names its model", RequestChecks::modelNameGrpc),
                Check.should("A13.version", "an answer says which version answered", RequestChecks::version));
    }

    private static void idEcho(Subject s) throws Exception {
        ModelFace model = s.model();
        Map<String, Object> answer = s.http()
                .infer(model, InferBody.of(model.tameInputs()).member("id", ID))
                .inferObject();
        unless(Tree.text(answer, "id").equals(ID), "sent " + ID + ", came " + answer.get("id"));
    }

    private static void idAbsent(Subject s) throws Exception {
        ModelFace model = s.model();
        Map<String, Object> answer =
                s.http().infer(model, InferBody.of(model.tameInputs())).inferObject();
        unless(!answer.containsKey("id"), "an id came: " + Json.write(answer.getOrDefault("id", "")));
    }

    private static void idEchoGrpc(Subject s) {
        ModelFace model = s.model();
        ModelInferResponse answer = s.grpc()
                .infer(GrpcMessages.raw(model, model.tameInputs()).setId(ID).build());
        unless(answer.getId().equals(ID), "sent " + ID + ", came " + answer.getId());
    }

    private static void subset(Subject s) throws Exception {
        ModelFace model = s.withSeveralOutputs();
        for (ModelFace.TensorFace wanted : model.outputs()) {
            Map<String, Values> outputs = s.http()
                    .infer(model, InferBody.of(model.tameInputs()).output(wanted.name(), Map.of()))
                    .outputs();
            unless(outputs.keySet().equals(Set.of(wanted.name())), "came: " + outputs.keySet());
        }
    }

    private static void order(Subject s) throws Exception {
        ModelFace model = s.withSeveralOutputs();
        List<String> names = new ArrayList<>(
                model.outputs().stream().map(ModelFace.TensorFace::name).toList());
        for (int turn = 0; turn < 2; turn++) {
            InferBody body = InferBody.of(model.tameInputs());
            names.forEach(name -> body.output(name, Map.of()));
            List<String> came =
                    List.copyOf(s.http().infer(model, body).outputs().keySet());
            unless(came.equals(names), "asked for " + names + ", came " + came);
            Collections.reverse(names);
        }
    }

    private static void unknownOutput(Subject s) throws Exception {
        ModelFace model = s.model();
        s.http()
                .infer(model, InferBody.of(model.tameInputs()).output("no-such-output", Map.of()))
                .refused();
        s.checkAlive();
    }

    private static void subsetGrpc(Subject s) {
        ModelFace model = s.withSeveralOutputs();
        String wanted = model.outputs().getLast().name();
        ModelInferResponse answer = s.grpc()
                .infer(GrpcMessages.raw(model, model.tameInputs())
                        .addOutputs(ModelInferRequest.InferRequestedOutputTensor.newBuilder()
                                .setName(wanted))
                        .build());
        unless(
                GrpcMessages.outputs(answer).keySet().equals(Set.of(wanted)),
                "came: " + GrpcMessages.outputs(answer).keySet());
    }

    private static void parameters(Subject s) throws Exception {
        ModelFace model = s.model();
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("a_text", "x");
        parameters.put("a_number", 7);
        parameters.put("a_fraction", new BigDecimal("0.25"));
        parameters.put("a_truth", true);
        s.http()
                .infer(model, InferBody.of(model.tameInputs()).member("parameters", parameters))
                .outputs();
    }

    private static void parametersGrpc(Subject s) {
        ModelFace model = s.model();
        s.grpc()
                .infer(GrpcMessages.raw(model, model.tameInputs())
                        .putParameters(
                                "a_text",
                                InferParameter.newBuilder().setStringParam("x").build())
                        .putParameters(
                                "a_number",
                                InferParameter.newBuilder().setInt64Param(7).build())
                        .putParameters(
                                "a_truth",
                                InferParameter.newBuilder().setBoolParam(true).build())
                        .build());
    }

    private static void modelName(Subject s) throws Exception {
        ModelFace model = s.model();
        Map<String, Object> answer =
                s.http().infer(model, InferBody.of(model.tameInputs())).inferObject();
        unless(Tree.text(answer, "model_name").equals(model.name()), "came: " + answer.get("model_name"));
    }

    private static void modelNameGrpc(Subject s) {
        ModelFace model = s.model();
        ModelInferResponse answer =
                s.grpc().infer(GrpcMessages.raw(model, model.tameInputs()).build());
        unless(answer.getModelName().equals(model.name()), "came: " + answer.getModelName());
    }

    private static void version(Subject s) throws Exception {
        ModelFace model = s.model();
        Map<String, Object> answer =
                s.http().infer(model, InferBody.of(model.tameInputs())).inferObject();
        String version = Tree.text(answer, "model_version");
        unless(
                model.versions().isEmpty() || model.versions().contains(version),
                "version '" + version + "' answered, and the metadata lists " + model.versions());
    }
}
