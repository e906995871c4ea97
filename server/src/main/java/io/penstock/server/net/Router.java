package io.penstock.server.net;

import io.penstock.serving.Begun;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds who answers a path. In a pattern {@code {x}} stands for one segment, {@code {x+}} for one or more; the first
 * pattern that fits decides. A HEAD request goes where GET goes. A slash at the end makes no difference.
 */
public final class Router implements HttpHandler {
    private final List<Route> routes = new ArrayList<>();

    /** Answers what a route sends it; variables are percent-decoded. */
    @FunctionalInterface
    public interface RouteHandler {
        HttpReply handle(HttpRequest request, List<String> variables) throws InterruptedException;

        /** As {@link HttpHandler#begin}. */
        default Optional<Begun> begin(
                HttpRequest request, List<String> variables, Answering<HttpReply.Whole> answering) {
            return Optional.empty();
        }
    }

    /** @param named the index of the variable that names a model or pipeline; below 0 where none does */
    private record Route(String method, PathPattern path, RouteHandler handler, Access access, int named) {}

    /** Where a request goes, and with what. */
    private record Found(RouteHandler handler, List<String> variables) {}

    /**
     * A route for callers who may use what its variable {@code {m+}}, a model, or {@code {p}}, a pipeline, names; without
     * such a variable for those who may use everything.
     */
    public Router add(String method, String pattern, RouteHandler handler) {
        return add(method, pattern, named(new PathPattern(pattern)) < 0 ? Access.EVERYTHING : Access.NAMED, handler);
    }

    /** A route for callers who may do what {@code access} says, and use what the path names. */
    public Router add(String method, String pattern, Access access, RouteHandler handler) {
        PathPattern path = new PathPattern(pattern);
        routes.add(new Route(method, path, handler, access, named(path)));
        return this;
    }

    private static int named(PathPattern path) {
        int model = path.variables().indexOf("{m+}");
        int pipeline = path.variables().indexOf("{p}");
        return model < 0 || pipeline < 0 ? Math.max(model, pipeline) : Math.min(model, pipeline);
    }

    @Override
    public HttpReply handle(HttpRequest request) throws InterruptedException {
        Set<String> allowed = new LinkedHashSet<>();
        Found found = find(request, allowed);
        if (found != null) {
            return found.handler().handle(request, found.variables());
        }
        if (allowed.isEmpty()) {
            throw new ServingException(
                    ErrorCode.NOT_FOUND, "nothing is served at " + PathPattern.shown(request.path()));
        }
        return refusedMethod(request, allowed);
    }

    @Override
    public Optional<Begun> begin(HttpRequest request, Answering<HttpReply.Whole> answering) {
        Found found = find(request, new LinkedHashSet<>());
        return found == null ? Optional.empty() : found.handler().begin(request, found.variables(), answering);
    }

    /** @param allowed methods of the path, where it does not answer the request's */
    private @Nullable Found find(HttpRequest request, Set<String> allowed) {
        String path = request.path();
        if (path.length() > 1 && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        String method = request.method().equals("HEAD") ? "GET" : request.method();
        String decided = "";
        for (Route route : routes) {
            Optional<List<String>> values = route.path.match(path);
            if (values.isEmpty() || (!decided.isEmpty() && !decided.equals(route.path.text()))) {
                continue;
            }
            decided = route.path.text();
            if (route.method.equals(method)) {
                List<String> variables = PathPattern.decoded(values.get());
                request.caller().require(route.access);
                if (route.named >= 0) {
                    request.caller().requireUse(variables.get(route.named));
                }
                return new Found(route.handler, variables);
            }
            allowed.add(route.method);
        }
        return null;
    }

    private static HttpReply refusedMethod(HttpRequest request, Set<String> allowed) {
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        String methods = String.join(", ", allowed);
        ServingException refusal = new ServingException(
                ErrorCode.METHOD_NOT_ALLOWED,
                PathPattern.shown(request.path()) + " does not answer " + request.method() + ", but " + methods);
        return Failures.reply(refusal).with("allow", methods);
    }
}
