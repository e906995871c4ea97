package io.penstock.spec;

import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/** Writes maps, iterables, texts, numbers and truth values as indented JSON. */
final class Json {
    private final StringBuilder out = new StringBuilder();

    String write(Object value) {
        out.setLength(0);
        value(value, 0);
        return out.append('\n').toString();
    }

    private void value(Object value, int depth) {
        switch (value) {
            case Map<?, ?> map ->
                group('{', '}', map.entrySet(), depth, entry -> {
                    text(String.valueOf(entry.getKey()));
                    out.append(": ");
                    value(entry.getValue(), depth + 1);
                });
            case Iterable<?> list -> group('[', ']', list, depth, element -> value(element, depth + 1));
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            default -> text(value.toString());
        }
    }

    private <T> void group(char open, char close, Iterable<T> elements, int depth, Consumer<T> element) {
        out.append(open);
        Iterator<T> iterator = elements.iterator();
        boolean empty = !iterator.hasNext();
        while (iterator.hasNext()) {
            out.append('\n').append("  ".repeat(depth + 1));
            element.accept(iterator.next());
            out.append(iterator.hasNext() ? "," : "");
        }
        out.append(empty ? "" : "\n" + "  ".repeat(depth)).append(close);
    }

    private void text(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                default -> out.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        out.append('"');
    }
}
