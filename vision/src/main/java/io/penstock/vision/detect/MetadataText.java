package io.penstock.vision.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the values that exporters leave in a model's metadata: class names and sizes, as Python prints them
 * ({@code {0: 'person', 1: "it's"}}, {@code [640, 640]}) or as JSON.
 */
final class MetadataText {
    private final String text;
    private int at;

    private MetadataText(String text) {
        this.text = text;
    }

    /**
     * Class names by number, from a dict whose keys are numbers (quoted or not) or from a list.
     *
     * @return nothing where the text is neither, or where numbers are missing between 0 and the largest
     */
    static Optional<List<String>> names(String text) {
        MetadataText reader = new MetadataText(text);
        Map<Integer, String> names = new TreeMap<>();
        boolean well = switch (reader.next()) {
            case '{' -> reader.readDict(names);
            case '[', '(' -> reader.readList(names);
            default -> false;
        };
        if (!well || names.isEmpty() || !names.containsKey(0) || !names.containsKey(names.size() - 1)) {
            return Optional.empty();
        }
        return Optional.of(List.copyOf(names.values()));
    }

    /** The whole numbers in a text such as {@code [384, 640]} or {@code 640}, in their order. */
    static List<Integer> numbers(String text) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : text.split("[^0-9]+", -1)) {
            if (!part.isEmpty() && part.length() < 7) {
                numbers.add(Integer.parseInt(part));
            }
        }
        return numbers;
    }

    private boolean readDict(Map<Integer, String> names) {
        while (peek() != '}') {
            Optional<Integer> key = number(value());
            if (key.isEmpty() || next() != ':' || names.put(key.get(), value()) != null) {
                return false;
            }
            if (peek() == ',') {
                at++;
            } else if (peek() != '}') {
                return false;
            }
        }
        return true;
    }

    private boolean readList(Map<Integer, String> names) {
        while (peek() != ']' && peek() != ')') {
            names.put(names.size(), value());
            if (peek() == ',') {
                at++;
            } else if (peek() != ']' && peek() != ')') {
                return false;
            }
        }
        return true;
    }

    /** A quoted text, or what stands there up to the next separator. */
    private String value() {
        char quote = peek();
        StringBuilder out = new StringBuilder();
        if (quote != '\'' && quote != '"') {
            while (at < text.length() && ":,}])".indexOf(text.charAt(at)) < 0) {
                out.append(text.charAt(at++));
            }
            return out.toString().strip();
        }
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
                out.append(escaped());
            } else {
                out.append(text.charAt(at++));
            }
        }
        at++;
        return out.toString();
    }

    private char escaped() {
        char sign = text.charAt(at++);
        int digits = sign == 'u' ? 4 : sign == 'x' ? 2 : 0;
        if (digits > 0
                && at + digits <= text.length()
                && text.substring(at, at + digits).matches("[0-9a-fA-F]+")) {
            at += digits;
            return (char) Integer.parseInt(text.substring(at - digits, at), 16);
        }
        return sign == 'n' ? '\n' : sign == 't' ? '\t' : sign;
    }

    private static Optional<Integer> number(String key) {
        return key.matches("[0-9]{1,6}") ? Optional.of(Integer.parseInt(key)) : Optional.empty();
    }

    /** The next character that is not blank, or 0 at the end, where no loop above goes on. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private char next() {
        char sign = peek();
        at++;
        return sign;
    }
}
