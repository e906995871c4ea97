package io.penstock.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A request for inference under construction, right or wrong on purpose. */
final class InferBody {
    private final Map<String, Object> members = new LinkedHashMap<>();
    private final List<Object> inputs = new ArrayList<>();
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
    private boolean isBinary;

    /** The protocol's plain form: each input as a flat list. */
    static InferBody of(List<NamedValues> inputs) {
        InferBody body = new InferBody();
        inputs.forEach(input -> body.json(input.name(), input.values()));
        return body;
    }

    InferBody member(String name, Object value) {
        members.put(name, value);
        return this;
    }

    InferBody json(String name, Values values) {
        return input(name, values.type().name(), values.shape(), values.flatJson());
    }

    /** Any members, so that they can contradict each other. */
    InferBody input(String name, String datatype, List<Long> shape, Object data) {
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("name", name);
        input.put("shape", shape);
        input.put("datatype", datatype);
        input.put("data", data);
        return input(input);
    }

    InferBody input(Map<String, Object> input) {
        inputs.add(input);
        return this;
    }

    /** Its bytes follow the JSON. */
    InferBody binary(String name, Values values) {
        byte[] raw = values.raw();
        return binary(name, values, raw.length, raw);
    }

    /** @param size what is said of the bytes, true or not */
    InferBody binary(String name, Values values, long size, byte[] raw) {
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("name", name);
        input.put("shape", values.shape());
        input.put("datatype", values.type().name());
        input.put("parameters", Map.of("binary_data_size", size));
        tail.writeBytes(raw);
        isBinary = true;
        return input(input);
    }

    /** Asks for one output, with parameters or none. */
    InferBody output(String name, Map<String, Object> parameters) {
        Map<String, Object> output = new LinkedHashMap<>();
        output.put("name", name);
        if (!parameters.isEmpty()) {
            output.put("parameters", parameters);
        }
        List<Object> outputs = new ArrayList<>();
        if (members.get("outputs") instanceof List<?> before) {
            outputs.addAll(before);
        }
        outputs.add(output);
        return member("outputs", outputs);
    }

    /** The length of the JSON, where more follows. */
    OptionalInt headerLength() {
        return isBinary ? OptionalInt.of(jsonBytes().length) : OptionalInt.empty();
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(jsonBytes());
        out.writeBytes(tail.toByteArray());
        return out.toByteArray();
    }

    private byte[] jsonBytes() {
        Map<String, Object> all = new LinkedHashMap<>(members);
        all.putIfAbsent("inputs", inputs);
        return Json.write(all).getBytes(StandardCharsets.UTF_8);
    }
}
