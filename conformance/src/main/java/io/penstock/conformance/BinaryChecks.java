package io.penstock.conformance;

import static io.penstock.conformance.Mismatch.unless;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** B: tensors behind the JSON, and headers that do not tell the truth about them. */
final class BinaryChecks {
    private static final String EXTENSION = "binary_tensor_data";

    private BinaryChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (String length : List.of("-1", "many", "999999", "18446744073709551617")) {
            checks.add(binary(
                    "B1.header-" + length.replace("-", "minus-"),
                    "an Inference-Header-Content-Length of " + length + " is refused with 4xx",
                    s -> headerLength(s, length)));
        }
        checks.add(binary("B1.header-absent", "binary data without the header is refused with 4xx", s -> {
            ModelFace model = s.anyIdentity();
            s.http()
                    .post(
                            HttpSide.inferPath(model),
                            body(model).bytes(),
                            Map.of("Content-Type", "application/octet-stream"))
                    .refused();
            s.checkAlive();
        }));
        checks.add(binary(
                "B2.size-too-small", "a binary_data_size below what the shape needs is refused", s -> size(s, -1)));
        checks.add(binary("B2.size-too-great", "a binary_data_size past the body's end is refused", s -> size(s, 4)));
        checks.add(binary("B2.size-huge", "a binary_data_size of 2^62 is refused", s -> size(s, 1L << 62)));
        checks.add(binary("B2.size-negative", "a negative binary_data_size is refused", s -> size(s, -1_000_000)));
        checks.add(binary("B2.tail", "bytes behind the last input are refused", BinaryChecks::tail));
        checks.add(binary("B3.mixed", "one input in JSON and one in binary", BinaryChecks::mixed));
        checks.add(binary("B4.default", "without binary_data the answer is JSON", BinaryChecks::jsonByDefault));
        checks.add(binary("B4.all", "binary_data_output asks for all outputs in binary", BinaryChecks::allBinary));
        checks.add(binary(
                "B4.override", "an output's binary_data stands above binary_data_output", BinaryChecks::override));
        checks.add(binary("B5.raw", "with a header length of 0 the body is the one input", BinaryChecks::rawRequest));
        checks.add(binary("B6.order", "binary inputs are read in the order of the JSON", BinaryChecks::order));
        checks.add(Check.should(
                "B7.gzip", "a gzip body is understood, or refused with 4xx, never misread", BinaryChecks::gzip));
        checks.add(binary(
                "B8.bytes-past-end",
                "a BYTES element that reaches past its tensor is refused",
                s -> brokenBytes(s, new byte[] {100, 0, 0, 0, 'a'})));
        checks.add(binary(
                "B8.bytes-negative",
                "a BYTES element of negative length is refused",
                s -> brokenBytes(s, new byte[] {-1, -1, -1, -1, 'a'})));
        return checks;
    }

    private static Check binary(String id, String expected, Check.Probe probe) {
        return Check.extension(id, EXTENSION, expected, probe);
    }

    private static NamedValues input(ModelFace model) {
        return new NamedValues(
                model.input().name(),
                model.input().filled(model.input().type().orElseThrow().plainSamples()));
    }

    private static InferBody body(ModelFace model) {
        return new InferBody().binary(input(model).name(), input(model).values());
    }

    private static void headerLength(Subject s, String length) throws Exception {
        ModelFace model = s.anyIdentity();
        s.http()
                .post(
                        HttpSide.inferPath(model),
                        body(model).bytes(),
                        Map.of("Content-Type", "application/octet-stream", HttpReply.HEADER_LENGTH, length))
                .refused();
        s.checkAlive();
    }

    private static void size(Subject s, long more) throws Exception {
        ModelFace model = s.anyIdentity();
        Values values = input(model).values();
        byte[] raw = values.raw();
        s.http()
                .infer(model, new InferBody().binary(model.input().name(), values, raw.length + more, raw))
                .refused();
        s.checkAlive();
    }

    private static void tail(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        Values values = input(model).values();
        byte[] raw = values.raw();
        s.http()
                .infer(
                        model,
                        new InferBody()
                                .binary(model.input().name(), values, raw.length, Arrays.copyOf(raw, raw.length + 5)))
                .refused();
        s.checkAlive();
    }

    private static void mixed(Subject s) throws Exception {
        ModelFace model = s.withSeveralInputs();
        List<NamedValues> inputs = model.tameInputs();
        InferBody body = new InferBody();
        for (int i = 0; i < inputs.size(); i++) {
            if (i % 2 == 0) {
                body.json(inputs.get(i).name(), inputs.get(i).values());
            } else {
                body.binary(inputs.get(i).name(), inputs.get(i).values());
            }
        }
        Map<String, Values> expected =
                s.http().infer(model, InferBody.of(inputs)).outputs();
        Map<String, Values> came = s.http().infer(model, body).outputs();
        unless(came.equals(expected), Mismatch.shown("all in JSON gave " + expected + ", mixed " + came));
    }

    private static void jsonByDefault(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        List<String> binary = s.http()
                .infer(
                        model,
                        new InferBody().json(input(model).name(), input(model).values()))
                .binaryOutputs();
        unless(binary.isEmpty(), "came in binary: " + binary);
    }

    private static void allBinary(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        HttpReply reply = s.http().infer(model, body(model).member("parameters", Map.of("binary_data_output", true)));
        unless(reply.binaryOutputs().equals(List.of(model.output().name())), "in binary came " + reply.binaryOutputs());
        unless(
                input(model).values().equals(reply.outputs().get(model.output().name())),
                Mismatch.shown("other values: " + reply.outputs()));
    }

    private static void override(Subject s) throws Exception {
        ModelFace model = s.withSeveralOutputs();
        String json = model.outputs().getFirst().name();
        InferBody body = InferBody.of(model.tameInputs()).member("parameters", Map.of("binary_data_output", true));
        for (ModelFace.TensorFace output : model.outputs()) {
            body.output(output.name(), output.name().equals(json) ? Map.of("binary_data", false) : Map.of());
        }
        HttpReply reply = s.http().infer(model, body);
        List<String> expected = model.outputs().stream()
                .map(ModelFace.TensorFace::name)
                .filter(name -> !name.equals(json))
                .toList();
        unless(
                reply.binaryOutputs().equals(expected),
                "expected in binary " + expected + ", came " + reply.binaryOutputs());
        reply.outputs();
    }

    private static void rawRequest(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        if (model.input().shape().stream().filter(dimension -> dimension < 0).count() > 1) {
            throw new Inapplicable(
                    "model " + model.name() + " has several open dimensions, which a raw body cannot tell");
        }
        Values values = input(model).values();
        HttpReply reply = s.http()
                .post(
                        HttpSide.inferPath(model),
                        values.raw(),
                        Map.of("Content-Type", "application/octet-stream", HttpReply.HEADER_LENGTH, "0"));
        Values came = reply.outputs().get(model.output().name());
        unless(came != null && came.elements().equals(values.elements()), Mismatch.shown("came " + came));
    }

    private static void order(Subject s) throws Exception {
        ModelFace model = s.withSeveralInputs();
        Map<String, Values> expected =
                s.http().infer(model, InferBody.of(model.tameInputs())).outputs();
        for (List<NamedValues> inputs :
                List.of(model.tameInputs(), model.tameInputs().reversed())) {
            InferBody body = new InferBody();
            inputs.forEach(input -> body.binary(input.name(), input.values()));
            Map<String, Values> came = s.http().infer(model, body).outputs();
            unless(came.equals(expected), Mismatch.shown("expected " + expected + ", came " + came));
        }
    }

    private static void gzip(Subject s) throws Exception {
        ModelFace model = s.model();
        InferBody plain = InferBody.of(model.tameInputs());
        HttpReply reply = s.http()
                .post(
                        HttpSide.inferPath(model),
                        zipped(plain.bytes()),
                        Map.of("Content-Type", "application/json", "Content-Encoding", "gzip"));
        if (reply.status() == 200) {
            unless(
                    reply.outputs().equals(s.http().infer(model, plain).outputs()),
                    "other outputs than for the same body unzipped");
        } else {
            reply.refused();
        }
        s.checkAlive();
    }

    private static byte[] zipped(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void brokenBytes(Subject s, byte[] raw) throws Exception {
        ModelFace model = s.identity(Datatype.BYTES);
        Values one = new Values(Datatype.BYTES, model.input().closed(1), List.of(Datatype.BYTES.tame()));
        s.http()
                .infer(model, new InferBody().binary(model.input().name(), one, raw.length, raw))
                .refused();
        s.checkAlive();
    }
}
