package io.penstock.conformance;

import static io.penstock.conformance.Mismatch.unless;

import io.grpc.Status;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A10: what does not fit the model is refused with 4xx and a sentence, and the server lives on. */
final class RefusalChecks {
    /** What the protocol's text has no rule for, though every careful server refuses it. */
    private static final Set<String> SILENT = Set.of("duplicate-input", "duplicate-output");

    private RefusalChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        bodies().forEach((name, body) -> {
            Check.Probe probe = s -> {
                ModelFace model = s.model();
                s.http().infer(model, body.apply(model)).refused();
                s.checkAlive();
            };
            String id = "A10." + name;
            String expected = name.replace('-', ' ') + ": refused with 4xx and an error, and the server lives on";
            checks.add(SILENT.contains(name) ? Check.should(id, expected, probe) : Check.must(id, expected, probe));
        });
        for (Map.Entry<String, String> text : texts().entrySet()) {
            checks.add(Check.must(
                    "A10." + text.getKey(),
                    text.getKey().replace('-', ' ') + ": refused with 4xx and an error, and the server lives on",
                    s -> {
                        s.http()
                                .post(HttpSide.inferPath(s.model()), text.getValue())
                                .refused();
                        s.checkAlive();
                    }));
        }
        checks.add(Check.must("A10.wrong-method", "GET on infer is a 4xx", RefusalChecks::wrongMethod));
        checks.add(Check.must("A10.unknown-path", "an unknown path is a 4xx", RefusalChecks::unknownPath));
        messages()
                .forEach((name, message) -> checks.add(Check.must(
                        "A10." + name + ".grpc",
                        name.replace('-', ' ') + " over gRPC: INVALID_ARGUMENT, and the server lives on",
                        s -> refusedGrpc(s, message.apply(s.model())))));
        return checks;
    }

    private static Map<String, Function<ModelFace, InferBody>> bodies() {
        Map<String, Function<ModelFace, InferBody>> bodies = new LinkedHashMap<>();
        bodies.put("wrong-datatype", model -> withFirst(model, member("datatype", other(model))));
        bodies.put("unknown-datatype", model -> withFirst(model, member("datatype", "FP31")));
        bodies.put(
                "unknown-input",
                model -> InferBody.of(model.tameInputs())
                        .json("no-such-input", model.tameInputs().getFirst().values()));
        bodies.put("misnamed-input", model -> withFirst(model, member("name", "no-such-input")));
        bodies.put(
                "missing-input",
                model -> InferBody.of(
                        model.tameInputs().subList(1, model.tameInputs().size())));
        bodies.put(
                "duplicate-input",
                model -> InferBody.of(model.tameInputs())
                        .json(
                                model.input().name(),
                                model.tameInputs().getFirst().values()));
        bodies.put(
                "duplicate-output",
                model -> InferBody.of(model.tameInputs())
                        .output(model.output().name(), Map.of())
                        .output(model.output().name(), Map.of()));
        bodies.put("too-few-elements", model -> withFirst(model, member("data", List.of())));
        bodies.put(
                "too-many-elements",
                model -> withFirst(model, input -> {
                    List<Object> data = new ArrayList<>(Tree.list(Tree.member(input, "data")));
                    data.add(data.getFirst());
                    return put(input, "data", data);
                }));
        bodies.put("negative-dimension", model -> withFirst(model, member("shape", shape(model, -1L))));
        bodies.put("overflowing-shape", model -> withFirst(model, member("shape", shape(model, 1L << 62))));
        bodies.put("shape-that-wraps", model -> withFirst(model, member("shape", List.of(1L << 32, 1L << 32))));
        bodies.put("no-shape", model -> withFirst(model, without("shape")));
        bodies.put("no-datatype", model -> withFirst(model, without("datatype")));
        bodies.put("no-data", model -> withFirst(model, without("data")));
        bodies.put("data-of-another-kind", model -> withFirst(model, member("data", Map.of("a", 1))));
        bodies.put("inputs-of-another-kind", model -> new InferBody().member("inputs", "all of them"));
        return bodies;
    }

    private static Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("not-json", "{\"inputs\": [");
        texts.put("not-an-object", "[1,2,3]");
        texts.put("empty-body", "");
        texts.put("no-inputs", "{}");
        return texts;
    }

    /** A request whose first input was changed. */
    private static InferBody withFirst(ModelFace model, Function<Map<String, Object>, Map<String, Object>> change) {
        InferBody body = new InferBody();
        List<NamedValues> inputs = model.tameInputs();
        Values first = inputs.getFirst().values();
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("name", inputs.getFirst().name());
        input.put("shape", first.shape());
        input.put("datatype", first.type().name());
        input.put("data", first.flatJson());
        body.input(change.apply(input));
        inputs.stream().skip(1).forEach(each -> body.json(each.name(), each.values()));
        return body;
    }

    private static Function<Map<String, Object>, Map<String, Object>> member(String name, Object value) {
        return input -> put(input, name, value);
    }

    private static Function<Map<String, Object>, Map<String, Object>> without(String name) {
        return input -> {
            Map<String, Object> changed = new LinkedHashMap<>(input);
            changed.remove(name);
            return changed;
        };
    }

    private static Map<String, Object> put(Map<String, Object> input, String name, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(input);
        changed.put(name, value);
        return changed;
    }

    private static List<Long> shape(ModelFace model, long first) {
        List<Long> shape =
                new ArrayList<>(model.tameInputs().getFirst().values().shape());
        if (shape.isEmpty()) {
            return List.of(first);
        }
        shape.set(0, first);
        return shape;
    }

    /** A datatype of another width than the first input's. */
    private static String other(ModelFace model) {
        return model.input().type().orElseThrow() == Datatype.FP64 ? "INT8" : "FP64";
    }

    private static void wrongMethod(Subject s) throws Exception {
        HttpReply reply = s.http().find(HttpSide.inferPath(s.model()));
        unless(reply.status() >= 400 && reply.status() < 500, reply.shown());
        s.checkAlive();
    }

    private static void unknownPath(Subject s) throws Exception {
        HttpReply reply = s.http().find("/v2/no/such/path");
        unless(reply.status() >= 400 && reply.status() < 500, reply.shown());
    }

    private static Map<String, Function<ModelFace, ModelInferRequest>> messages() {
        Map<String, Function<ModelFace, ModelInferRequest>> messages = new LinkedHashMap<>();
        messages.put("wrong-datatype", model -> {
            ModelInferRequest.Builder request = GrpcMessages.raw(model, model.tameInputs());
            request.getInputsBuilder(0).setDatatype(other(model));
            return request.build();
        });
        messages.put("misnamed-input", model -> {
            ModelInferRequest.Builder request = GrpcMessages.raw(model, model.tameInputs());
            request.getInputsBuilder(0).setName("no-such-input");
            return request.build();
        });
        messages.put(
                "missing-input", model -> GrpcMessages.raw(model, List.of()).build());
        messages.put("negative-dimension", model -> {
            ModelInferRequest.Builder request = GrpcMessages.raw(model, model.tameInputs());
            request.getInputsBuilder(0).clearShape().addAllShape(shape(model, -1));
            return request.build();
        });
        messages.put("overflowing-shape", model -> {
            ModelInferRequest.Builder request = GrpcMessages.raw(model, model.tameInputs());
            request.getInputsBuilder(0).clearShape().addAllShape(shape(model, 1L << 62));
            return request.build();
        });
        messages.put(
                "unknown-output",
                model -> GrpcMessages.raw(model, model.tameInputs())
                        .addOutputs(ModelInferRequest.InferRequestedOutputTensor.newBuilder()
                                .setName("no-such-output"))
                        .build());
        return messages;
    }

    private static void refusedGrpc(Subject s, ModelInferRequest request) throws Exception {
        Status status = s.grpc().refusal("ModelInfer", request, ModelInferResponse.getDefaultInstance());
        unless(status.getCode() == Status.Code.INVALID_ARGUMENT, status.toString());
        s.checkAlive();
    }
}
