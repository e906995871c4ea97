package io.penstock.server.net;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of paths, in which {@code {x}} stands for one segment and {@code {x+}} for one or more. Most paths are told
 * from it by their beginning and end alone; a regular expression decides only between several variables.
 */
final class PathPattern {
    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]+)(\\+?)}");

    private final String text;
    private final String prefix;
    private final String suffix;
    private final String middle;
    private final List<String> variables = new ArrayList<>();
    private final @Nullable Pattern expression;

    PathPattern(String text) {
        this.text = text;
        int first = text.indexOf('{');
        this.prefix = first < 0 ? text : text.substring(0, first);
        this.suffix = text.substring(text.lastIndexOf('}') + 1);
        this.middle = between(text.indexOf('}') + 1);
        StringBuilder regex = new StringBuilder();
        Matcher variable = VARIABLE.matcher(text);
        int from = 0;
        while (variable.find()) {
            regex.append(Pattern.quote(text.substring(from, variable.start())));
            regex.append(variable.group(2).isEmpty() ? "([^/]+)" : "(.+?)");
            variables.add(variable.group());
            from = variable.end();
        }
        regex.append(Pattern.quote(text.substring(from)));
        this.expression = variables.size() > 1 ? Pattern.compile(regex.toString()) : null;
    }

    /** What stands between the first variable and the second; empty where there are fewer. */
    private String between(int from) {
        int next = text.indexOf('{', from);
        return from == 0 || next < 0 ? "" : text.substring(from, next);
    }

    /** The variables as they are written, in their order. */
    List<String> variables() {
        return variables;
    }

    String text() {
        return text;
    }

    /** Its variables as they stand in {@code path}, percent-encoded; empty where the path is another. */
    Optional<List<String>> match(String path) {
        if (variables.isEmpty()) {
            return path.equals(text) ? Optional.of(List.of()) : Optional.empty();
        }
        if (path.length() <= prefix.length() + suffix.length() || !path.startsWith(prefix) || !path.endsWith(suffix)) {
            return Optional.empty();
        }
        if (expression == null) {
            String value = path.substring(prefix.length(), path.length() - suffix.length());
            boolean fits = variables.getFirst().endsWith("+}") || value.indexOf('/') < 0;
            return fits ? Optional.of(List.of(value)) : Optional.empty();
        }
        Matcher matcher = expression.matcher(path);
        if (!path.contains(middle) || !matcher.matches()) {
            return Optional.empty();
        }
        List<String> values = new ArrayList<>(variables.size());
        for (int i = 1; i <= matcher.groupCount(); i++) {
            values.add(String.valueOf(matcher.group(i)));
        }
        return Optional.of(values);
    }

    /** @throws ServingException if an escape is none */
    static List<String> decoded(List<String> values) {
        if (values.size() == 1) {
            return List.of(decoded(values.getFirst()));
        }
        List<String> decoded = new ArrayList<>(values.size());
        for (String value : values) {
            decoded.add(decoded(value));
        }
        return decoded;
    }

    private static String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        try {
            // In a path a plus is a plus.
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "the path has a wrong percent escape: " + shown(value), e);
        }
    }

    /** As much of a path as an error may show. */
    static String shown(String path) {
        return path.length() <= 200 ? path : path.substring(0, 200) + "…";
    }
}
