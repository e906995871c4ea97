package io.penstock.server.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.penstock.pipeline.ResultJson;
import io.penstock.server.net.RequestBody;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Reads and writes the small JSON objects of the extensions; no tensor is among them. */
final class JsonFields {
    private static final int BLANK = 16;

    private final JsonFactory json;

    /** @param maxDepth levels of nesting */
    JsonFields(int maxDepth) {
        this.json = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .build();
    }

    /**
     * The members of an object: String, Boolean, Long, Double, Map, List; {@code null} is an empty Optional.
     *
     * @param body empty for an empty object
     */
    SequencedMap<String, Object> read(RequestBody body) {
        byte[] bytes = body.bytes().toArray(ValueLayout.JAVA_BYTE);
        if (bytes.length < BLANK && new String(bytes, StandardCharsets.ISO_8859_1).isBlank()) {
            return new LinkedHashMap<>();
        }
        try (JsonParser parser = json.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("the body must be a JSON object");
            }
            SequencedMap<String, Object> members = object(parser);
            if (parser.nextToken() != null) {
                throw invalid("the body has more behind its JSON object");
            }
            return members;
        } catch (IOException e) {
            if (e instanceof StreamConstraintsException
                    && String.valueOf(e.getMessage()).contains("nesting depth")) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "the JSON is nested more than "
                                + json.streamReadConstraints().getMaxNestingDepth()
                                + " levels deep (limits.jsonDepth)",
                        e);
            }
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "the body is not JSON: " + firstLine(String.valueOf(e.getMessage())), e);
        }
    }

    private static String firstLine(String text) {
        return text.lines()
                .findFirst()
                .orElse("")
                .replaceAll("\\(`?[a-zA-Z.]+`?\\.?\\)", "")
                .strip();
    }

    private static SequencedMap<String, Object> object(JsonParser parser) throws IOException {
        SequencedMap<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser));
        }
        return members;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> all = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    all.add(value(parser));
                }
                yield all;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_NULL -> Optional.empty();
            case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw invalid("the body is not JSON");
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> parser.getDoubleValue();
        };
    }

    /** The member {@code parameters}; empty where there is none. */
    static Map<String, Object> parameters(Map<String, Object> members) {
        Object found = members.get("parameters");
        if (found == null) {
            return Map.of();
        }
        if (!(found instanceof Map<?, ?> map)) {
            throw invalid("'parameters' must be an object");
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        map.forEach((name, value) -> parameters.put(String.valueOf(name), value));
        return parameters;
    }

    static boolean bool(Map<String, Object> members, String name) {
        Object found = members.getOrDefault(name, false);
        if (!(found instanceof Boolean value)) {
            throw invalid("'" + name + "' must be true or false");
        }
        return value;
    }

    static String string(Map<String, Object> members, String name) {
        if (!(members.get(name) instanceof String value)) {
            throw invalid("'" + name + "' must be a string");
        }
        return value;
    }

    static long whole(Map<String, Object> members, String name, long byDefault) {
        Object found = members.getOrDefault(name, byDefault);
        if (!(found instanceof Long value)) {
            throw invalid("'" + name + "' must be a whole number");
        }
        return value;
    }

    private static ServingException invalid(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }

    /** An object of strings, booleans, numbers and lists of strings. */
    static String write(SequencedMap<String, ?> members) {
        StringBuilder out = new StringBuilder("{");
        String separator = "";
        for (Map.Entry<String, ?> member : members.entrySet()) {
            ResultJson.string(out.append(separator), member.getKey());
            out.append(':');
            if (member.getValue() instanceof String text) {
                ResultJson.string(out, text);
            } else if (member.getValue() instanceof List<?> texts) {
                ResultJson.strings(out, texts.stream().map(String::valueOf).toList());
            } else {
                out.append(member.getValue());
            }
            separator = ",";
        }
        return out.append('}').toString();
    }
}
