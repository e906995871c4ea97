package io.penstock.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as maps, lists, texts, exact numbers and truth values, and back. */
final class Json {
    private Json() {}

    /** What {@code null} is read as. */
    enum Null {
        NULL
    }

    /** Text that is written as it stands, valid or not. */
    record Verbatim(String text) {}

    /** @throws IOException if it is not one whole JSON value */
    static Object parse(byte[] bytes) throws IOException {
        try (JsonParser in = new JsonFactory().createParser(bytes)) {
            in.nextToken();
            Object tree = value(in);
            if (in.nextToken() != null) {
                throw new IOException("more follows the JSON value");
            }
            return tree;
        }
    }

    private static Object value(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                    in.nextToken();
                    map.put(name, value(in));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(in));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> in.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> in.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> Null.NULL;
            case null -> throw new IOException("nothing was sent");
            default -> in.getText();
        };
    }

    static String write(Object tree) {
        StringBuilder out = new StringBuilder();
        write(out, tree);
        return out.toString();
    }

    private static void write(StringBuilder out, Object tree) {
        switch (tree) {
            case Map<?, ?> map -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    text(out.append(separator), String.valueOf(entry.getKey()));
                    write(out.append(':'), entry.getValue());
                    separator = ",";
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            case List<?> list -> {
                String separator = "[";
                for (Object element : list) {
                    write(out.append(separator), element);
                    separator = ",";
                }
                out.append(list.isEmpty() ? "[]" : "]");
            }
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth.booleanValue());
            case Verbatim verbatim -> out.append(verbatim.text());
            case Null _ -> out.append("null");
            default -> text(out, tree.toString());
        }
    }

    private static void text(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xF, 16));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
