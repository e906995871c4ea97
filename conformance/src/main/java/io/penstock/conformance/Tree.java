package io.penstock.conformance;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads members of parsed JSON; whatever is missing or of another kind is a {@link Mismatch} that names it. */
final class Tree {
    private Tree() {}

    static Map<String, Object> object(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new Mismatch("not a JSON object: " + Mismatch.shown(Json.write(value)));
        }
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((key, member) -> object.put(String.valueOf(key), member));
        return object;
    }

    static List<Object> list(Object value) {
        if (!(value instanceof List<?> list)) {
            throw new Mismatch("not a JSON array: " + Mismatch.shown(Json.write(value)));
        }
        return List.copyOf(list);
    }

    static List<Object> list(Map<String, Object> object, String member) {
        return list(member(object, member));
    }

    static Object member(Map<String, Object> object, String member) {
        Object value = object.get(member);
        if (value == null) {
            throw new Mismatch("no member '" + member + "' in " + Mismatch.shown(Json.write(object)));
        }
        return value;
    }

    static String text(Map<String, Object> object, String member) {
        if (!(member(object, member) instanceof String text)) {
            throw new Mismatch("'" + member + "' is no text in " + Mismatch.shown(Json.write(object)));
        }
        return text;
    }

    static boolean truth(Map<String, Object> object, String member) {
        if (!(member(object, member) instanceof Boolean truth)) {
            throw new Mismatch("'" + member + "' is neither true nor false in " + Mismatch.shown(Json.write(object)));
        }
        return truth;
    }

    static long number(Map<String, Object> object, String member) {
        if (!(member(object, member) instanceof BigInteger number)) {
            throw new Mismatch("'" + member + "' is no whole number in " + Mismatch.shown(Json.write(object)));
        }
        return number.longValue();
    }

    static List<String> texts(Map<String, Object> object, String member) {
        return list(object, member).stream()
                .map(element -> {
                    if (!(element instanceof String text)) {
                        throw new Mismatch("'" + member + "' holds what is no text: " + Json.write(element));
                    }
                    return text;
                })
                .toList();
    }

    static List<Long> numbers(Map<String, Object> object, String member) {
        return list(object, member).stream()
                .map(element -> {
                    if (!(element instanceof BigInteger number)) {
                        throw new Mismatch("'" + member + "' holds what is no whole number: " + Json.write(element));
                    }
                    return number.longValue();
                })
                .toList();
    }
}
