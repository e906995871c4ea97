package io.penstock.conformance;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a server answered over HTTP. */
final class HttpReply {
    static final String HEADER_LENGTH = "Inference-Header-Content-Length";

    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;

    HttpReply(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Status and body in one line. */
    String shown() {
        return Mismatch.shown(status + " " + text());
    }

    /** The whole body. */
    Object json() {
        return parsed(body);
    }

    private Object parsed(byte[] bytes) {
        try {
            return Json.parse(bytes);
        } catch (IOException e) {
            throw new Mismatch(status + " with a body that is no JSON: "
                    + Mismatch.shown(new String(bytes, StandardCharsets.UTF_8)));
        }
    }

    /** @throws Mismatch unless the status is 200 */
    HttpReply ok() {
        Mismatch.unless(status == 200, shown());
        return this;
    }

    Map<String, Object> object() {
        return Tree.object(ok().json());
    }

    /** @throws Mismatch unless this is a client's error with its sentence, as the protocol shapes it */
    void refused() {
        Mismatch.unless(status >= 400 && status < 500, "not refused with 4xx: " + shown());
        Map<String, Object> object = Tree.object(json());
        Mismatch.unless(!Tree.text(object, "error").isBlank(), "an empty error sentence: " + shown());
    }

    /** The JSON part of an answer that may carry tensors behind it. */
    Map<String, Object> inferObject() {
        ok();
        Optional<String> length = header(HEADER_LENGTH);
        return Tree.object(length.isEmpty() ? json() : parsed(Arrays.copyOf(body, jsonLength(length.get()))));
    }

    private int jsonLength(String header) {
        Mismatch.unless(header.matches("\\d{1,9}"), HEADER_LENGTH + " is no number: " + header);
        int length = Integer.parseInt(header);
        Mismatch.unless(length <= body.length, HEADER_LENGTH + " " + length + " is more than the body");
        return length;
    }

    /** The outputs in their order, from JSON or from behind it. */
    Map<String, Values> outputs() {
        Map<String, Object> object = inferObject();
        int at = header(HEADER_LENGTH).map(this::jsonLength).orElse(body.length);
        Map<String, Values> outputs = new LinkedHashMap<>();
        for (Object each : Tree.list(object, "outputs")) {
            Map<String, Object> output = Tree.object(each);
            String name = Tree.text(output, "name");
            String datatype = Tree.text(output, "datatype");
            Datatype type = Datatype.find(datatype)
                    .orElseThrow(() -> new Mismatch("output '" + name + "' is of no datatype: " + datatype));
            List<Long> shape = Tree.numbers(output, "shape");
            if (isBinary(output)) {
                int size = (int) Tree.number(Tree.object(Tree.member(output, "parameters")), "binary_data_size");
                Mismatch.unless(size >= 0 && at + size <= body.length, "output '" + name + "' reaches past the body");
                outputs.put(name, Values.fromRaw(type, shape, Arrays.copyOfRange(body, at, at + size)));
                at += size;
            } else {
                outputs.put(name, Values.fromJson(type, shape, Tree.member(output, "data")));
            }
        }
        Mismatch.unless(at == body.length, (body.length - at) + " bytes behind the last output");
        return outputs;
    }

    /** Which outputs came behind the JSON. */
    List<String> binaryOutputs() {
        return Tree.list(inferObject(), "outputs").stream()
                .map(Tree::object)
                .filter(HttpReply::isBinary)
                .map(output -> Tree.text(output, "name"))
                .toList();
    }

    private static boolean isBinary(Map<String, Object> output) {
        return output.get("parameters") instanceof Map<?, ?> parameters && parameters.containsKey("binary_data_size");
    }
}
