package io.penstock.conformance;

import static io.penstock.conformance.Mismatch.unless;

import com.google.protobuf.ByteString;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A5, A6 and A12: what goes into a model that gives it back comes out as it was, to the bit. */
final class RoundTripChecks {
    private static final List<Object> NOT_UTF8 =
            List.of(ByteString.copyFrom(new byte[] {0, (byte) 0xFF, (byte) 0xC3, '(', 0}));

    private RoundTripChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (Datatype type : Datatype.values()) {
            if (type.travelsAsJson()) {
                checks.add(Check.must(
                        "A5.json." + type.lowerCase(),
                        type + " elements come back as they were sent in JSON",
                        s -> json(s, s.identity(type), type.plainSamples())));
                checks.add(Check.must(
                        "A5.contents." + type.lowerCase(),
                        type + " elements come back as they were sent in gRPC contents",
                        s -> contents(s, s.identity(type))));
            }
            checks.add(Check.extension(
                    "A5.binary." + type.lowerCase(),
                    "binary_tensor_data",
                    type + " elements with every extreme come back as they were sent in binary",
                    s -> binary(s, s.identity(type))));
            checks.add(Check.must(
                    "A5.raw." + type.lowerCase(),
                    type + " elements with every extreme come back as they were sent raw over gRPC",
                    s -> raw(s, s.identity(type), type.exactSamples())));
        }
        checks.add(Check.should(
                "A5.raw.not-utf8",
                "BYTES elements that are no UTF-8 come back as they were sent raw over gRPC",
                s -> raw(s, s.identity(Datatype.BYTES), NOT_UTF8)));
        checks.add(Check.should("A5.empty", "a tensor with a dimension of 0 comes back empty", RoundTripChecks::empty));
        checks.add(Check.must("A6.nested", "nested and flat data mean the same", RoundTripChecks::nestedAndFlat));
        checks.add(Check.should(
                "A12.int64",
                "INT64's least and greatest values survive JSON",
                s -> json(s, s.identity(Datatype.INT64), List.of(Datatype.INT64.min(), Datatype.INT64.max()))));
        checks.add(Check.should(
                "A12.uint64",
                "UINT64's greatest value survives JSON",
                s -> json(s, s.identity(Datatype.UINT64), List.of(Datatype.UINT64.max()))));
        for (String word : List.of("NaN", "Infinity", "-Infinity")) {
            checks.add(Check.must(
                    "A12.json-" + word.toLowerCase(Locale.ROOT).replace('-', 'm'),
                    word + " in JSON is refused, since it is no JSON",
                    s -> noNumber(s, word)));
        }
        return checks;
    }

    private static void json(Subject s, ModelFace model, List<Object> samples) throws Exception {
        Values sent = model.input().filled(samples);
        same(
                model,
                sent,
                s.http()
                        .infer(model, new InferBody().json(model.input().name(), sent))
                        .outputs());
    }

    private static void binary(Subject s, ModelFace model) throws Exception {
        Values sent = model.input().filled(model.input().type().orElseThrow().exactSamples());
        InferBody body = new InferBody()
                .binary(model.input().name(), sent)
                .member("parameters", Map.of("binary_data_output", true));
        same(model, sent, s.http().infer(model, body).outputs());
    }

    private static void contents(Subject s, ModelFace model) {
        Values sent = model.input().filled(model.input().type().orElseThrow().plainSamples());
        ModelInferResponse answer = s.grpc()
                .infer(GrpcMessages.contents(
                                model, List.of(new NamedValues(model.input().name(), sent)))
                        .build());
        same(model, sent, GrpcMessages.outputs(answer));
    }

    private static void raw(Subject s, ModelFace model, List<Object> samples) {
        Values sent = model.input().filled(samples);
        ModelInferRequest request = GrpcMessages.raw(
                        model, List.of(new NamedValues(model.input().name(), sent)))
                .build();
        same(model, sent, GrpcMessages.outputs(s.grpc().infer(request)));
    }

    private static void same(ModelFace model, Values sent, Map<String, Values> outputs) {
        Values came = outputs.get(model.output().name());
        unless(came != null, "no output '" + model.output().name() + "' but " + outputs.keySet());
        if (came != null && !came.equals(sent)) {
            throw new Mismatch(
                    came.type() == sent.type() && came.shape().equals(sent.shape())
                            ? firstDifference(sent, came)
                            : "sent " + sent.type() + sent.shape() + ", came " + came.type() + came.shape());
        }
    }

    private static String firstDifference(Values sent, Values came) {
        for (int i = 0; i < sent.elements().size(); i++) {
            if (!sent.elements().get(i).equals(came.elements().get(i))) {
                return Mismatch.shown(
                        "element " + i + " was sent as " + sent.elements().get(i) + " and came as "
                                + came.elements().get(i));
            }
        }
        return "no difference";
    }

    private static void empty(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        if (!model.input().isOpen()) {
            throw new Inapplicable("model " + model.name() + " has no open dimension");
        }
        Values sent =
                new Values(model.input().type().orElseThrow(), model.input().closed(0), List.of());
        same(
                model,
                sent,
                s.http()
                        .infer(model, new InferBody().json(model.input().name(), sent))
                        .outputs());
    }

    private static void nestedAndFlat(Subject s) throws Exception {
        ModelFace model = s.model();
        InferBody nested = new InferBody();
        InferBody flat = new InferBody();
        for (NamedValues input : model.tameInputs()) {
            Values values = input.values();
            nested.input(input.name(), values.type().name(), values.shape(), values.nestedJson());
            flat.json(input.name(), values);
        }
        Map<String, Values> fromFlat = s.http().infer(model, flat).outputs();
        Map<String, Values> fromNested = s.http().infer(model, nested).outputs();
        unless(fromFlat.equals(fromNested), Mismatch.shown("flat gave " + fromFlat + ", nested " + fromNested));
    }

    private static void noNumber(Subject s, String word) throws Exception {
        ModelFace model = s.anyIdentity();
        Values sound =
                model.input().filled(List.of(model.input().type().orElseThrow().tame()));
        List<Object> data = new ArrayList<>(sound.flatJson());
        data.set(0, new Json.Verbatim(word));
        s.http()
                .infer(
                        model,
                        new InferBody().input(model.input().name(), sound.type().name(), sound.shape(), data))
                .refused();
        s.checkAlive();
    }
}
