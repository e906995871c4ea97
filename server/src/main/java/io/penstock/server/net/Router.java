package io.penstock.server.net;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Finds who answers a path. In a pattern {@code {x}} stands for one segment, {@code {x+}} for one or more; the first
 * pattern that fits decides. A HEAD request goes where GET goes. A slash at the end makes no difference.
 */
public final class Router implements HttpHandler {
    private static final Pattern VARIABLE = Pattern.compile("\\{[a-z]+\\+?}");

    private final List<Route> routes = new ArrayList<>();

    /** Answers what a route sends it; variables are percent-decoded. */
    @FunctionalInterface
    public interface RouteHandler {
        HttpReply handle(HttpRequest request, List<String> variables) throws InterruptedException;
    }

    /** @param named the index of the variable that names a model or pipeline; below 0 where none does */
    private record Route(String method, String pattern, Pattern path, RouteHandler handler, Access access, int named) {}

    /**
     * A route for callers who may use what its variable {@code {m+}}, a model, or {@code {p}}, a pipeline, names; without
     * such a variable for those who may use everything.
     *
     * @throws PatternSyntaxException if {@code pattern} has other special characters
     */
    public Router add(String method, String pattern, RouteHandler handler) {
        return add(method, pattern, named(pattern) < 0 ? Access.EVERYTHING : Access.NAMED, handler);
    }

    /** A route for callers who may do what {@code access} says, and use what the path names. */
    public Router add(String method, String pattern, Access access, RouteHandler handler) {
        String expression =
                pattern.replace(".", "\\.").replaceAll("\\{[a-z]+\\+}", "(.+?)").replaceAll("\\{[a-z]+}", "([^/]+)");
        routes.add(new Route(method, pattern, Pattern.compile(expression), handler, access, named(pattern)));
        return this;
    }

    private static int named(String pattern) {
        Matcher variables = VARIABLE.matcher(pattern);
        for (int i = 0; variables.find(); i++) {
            String variable = variables.group();
            if (variable.equals("{m+}") || variable.equals("{p}")) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public HttpReply handle(HttpRequest request) throws InterruptedException {
        String path = request.path();
        if (path.length() > 1 && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        String method = request.method().equals("HEAD") ? "GET" : request.method();
        Set<String> allowed = new LinkedHashSet<>();
        String decided = "";
        for (Route route : routes) {
            Matcher matcher = route.path.matcher(path);
            if (!matcher.matches() || (!decided.isEmpty() && !decided.equals(route.pattern))) {
                continue;
            }
            decided = route.pattern;
            if (route.method.equals(method)) {
                List<String> variables = variables(matcher);
                request.caller().require(route.access);
                if (route.named >= 0) {
                    request.caller().requireUse(variables.get(route.named));
                }
                return route.handler.handle(request, variables);
            }
            allowed.add(route.method);
        }
        if (allowed.isEmpty()) {
            throw new ServingException(ErrorCode.NOT_FOUND, "nothing is served at " + shown(request.path()));
        }
        return refusedMethod(request, allowed);
    }

    private static HttpReply refusedMethod(HttpRequest request, Set<String> allowed) {
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        String methods = String.join(", ", allowed);
        ServingException refusal = new ServingException(
                ErrorCode.METHOD_NOT_ALLOWED,
                shown(request.path()) + " does not answer " + request.method() + ", but " + methods);
        return Failures.reply(refusal).with("allow", methods);
    }

    private static List<String> variables(Matcher matcher) {
        List<String> variables = new ArrayList<>(matcher.groupCount());
        for (int i = 1; i <= matcher.groupCount(); i++) {
            variables.add(decoded(String.valueOf(matcher.group(i))));
        }
        return variables;
    }

    private static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            // In a path a plus is a plus.
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "the path has a wrong percent escape: " + shown(segment), e);
        }
    }

    private static String shown(String path) {
        return path.length() <= 200 ? path : path.substring(0, 200) + "…";
    }
}
