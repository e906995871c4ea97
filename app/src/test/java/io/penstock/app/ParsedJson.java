package io.penstock.app;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object of an answer, whose members are asked for by name. */
record ParsedJson(Map<?, ?> members) {
    static ParsedJson of(String json) throws IOException {
        return of(TreeText.parse(json));
    }

    private static ParsedJson of(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return new ParsedJson(map);
        }
        throw new AssertionError("no object: " + value);
    }

    boolean has(String member) {
        return members.containsKey(member);
    }

    ParsedJson object(String member) {
        return of(members.get(member));
    }

    /** Empty where there is none. */
    List<ParsedJson> objects(String member) {
        return members.get(member) instanceof List<?> list
                ? list.stream().map(ParsedJson::of).toList()
                : List.of();
    }

    double number(String member) {
        if (members.get(member) instanceof Number number) {
            return number.doubleValue();
        }
        throw new AssertionError("no number " + member + " in " + members);
    }

    String text(String member) {
        return String.valueOf(members.get(member));
    }
}
