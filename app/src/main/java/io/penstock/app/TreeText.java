package io.penstock.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.penstock.pipeline.ResultJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Maps, lists, texts, numbers and truth values, as JSON or YAML and back from JSON. */
final class TreeText {
    private static final int DEEPEST = 100;
    /** Texts that YAML takes as they are, and as texts. */
    private static final String PLAIN = "[A-Za-z/][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*";

    private static final String OTHER_MEANING = "(?i)true|false|null|yes|no|on|off|y|n";

    private TreeText() {}

    static String json(Object tree) {
        StringBuilder out = new StringBuilder();
        json(out, tree, "\n");
        return out.toString();
    }

    /** On one line, for programs. */
    static String line(Object tree) {
        StringBuilder out = new StringBuilder();
        json(out, tree, "");
        return out.toString();
    }

    static String yaml(Object tree) {
        StringBuilder out = new StringBuilder();
        yaml(out, tree, "");
        return out.toString().strip();
    }

    /** @throws IOException if it is no JSON */
    static Object parse(String json) throws IOException {
        try (JsonParser in = new JsonFactory().createParser(json)) {
            in.nextToken();
            return parse(in, 0);
        }
    }

    private static void json(StringBuilder out, Object tree, String indent) {
        String inner = indent.isEmpty() ? "" : indent + "  ";
        switch (tree) {
            case Map<?, ?> map
            when !map.isEmpty() -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator).append(inner);
                    ResultJson.string(out, String.valueOf(entry.getKey()));
                    json(out.append(inner.isEmpty() ? ":" : ": "), entry.getValue(), inner);
                    separator = ",";
                }
                out.append(indent).append('}');
            }
            case List<?> list
            when !list.isEmpty() -> {
                String separator = "[";
                for (Object element : list) {
                    out.append(separator).append(inner);
                    json(out, element, inner);
                    separator = ",";
                }
                out.append(indent).append(']');
            }
            default -> scalar(out, tree, false);
        }
    }

    private static void yaml(StringBuilder out, Object tree, String indent) {
        switch (tree) {
            case Map<?, ?> map
            when !map.isEmpty() -> {
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(indent);
                    scalar(out, String.valueOf(entry.getKey()), true);
                    value(out.append(':'), entry.getValue(), indent + "  ");
                }
            }
            case List<?> list
            when !list.isEmpty() -> {
                for (Object element : list) {
                    int begin = out.length();
                    yaml(out, element, indent + "  ");
                    out.replace(begin, begin + indent.length() + 2, indent + "- ");
                }
            }
            default -> {
                out.append(indent);
                scalar(out, tree, true);
                out.append('\n');
            }
        }
    }

    private static void value(StringBuilder out, Object tree, String indent) {
        boolean nested = switch (tree) {
            case Map<?, ?> map -> !map.isEmpty();
            case List<?> list -> !list.isEmpty();
            default -> false;
        };
        out.append(nested ? "\n" : " ");
        yaml(out, tree, nested ? indent : "");
    }

    private static void scalar(StringBuilder out, Object value, boolean plainTexts) {
        switch (value) {
            case Map<?, ?> _ -> out.append("{}");
            case List<?> _ -> out.append("[]");
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth.booleanValue());
            default -> {
                String text = value.toString();
                if (plainTexts && text.matches(PLAIN) && !text.matches(OTHER_MEANING)) {
                    out.append(text);
                } else {
                    ResultJson.string(out, text); // a JSON text is a YAML text too
                }
            }
        }
    }

    private static Object parse(JsonParser in, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("nested deeper than " + DEEPEST);
        }
        return switch (in.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                    in.nextToken();
                    map.put(name, parse(in, depth + 1));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (in.nextToken() != com.fasterxml.jackson.core.JsonToken.END_ARRAY) {
                    list.add(parse(in, depth + 1));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null -> throw new IOException("nothing was sent");
            default -> in.getText();
        };
    }
}
