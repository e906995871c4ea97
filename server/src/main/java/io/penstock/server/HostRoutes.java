package io.penstock.server;

import io.penstock.pipeline.Pipeline;
import io.penstock.server.net.Answering;
import io.penstock.server.net.HostPolicy;
import io.penstock.server.net.HttpHandler;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpRequest;
import io.penstock.serving.Begun;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets a pipeline's own host stand for it alone. A request whose {@code Host} is {@code NAME[-predictor|-transformer].
 * NAMESPACE.DOMAIN} reaches the pipeline {@code NAME} and its model by every path that names one; a path that names
 * another is not found there, and a host that names no pipeline of this process is refused.
 */
final class HostRoutes implements HttpHandler {
    private static final Pattern MODEL = Pattern.compile(
            "/v[12]/models/(.+?)(?::(?:predict|explain)|/versions/[^/]+(?:/.*)?|/(?:infer|ready|config|stats|trace/setting))?");
    private static final Pattern PIPELINE = Pattern.compile("/pipelines/([^/]+)(?:/.*)?");

    private final HttpHandler handler;
    private final HostPolicy hosts;
    private final Supplier<List<Pipeline>> pipelines;

    HostRoutes(HttpHandler handler, HostPolicy hosts, Supplier<List<Pipeline>> pipelines) {
        this.handler = handler;
        this.hosts = hosts;
        this.pipelines = pipelines;
    }

    @Override
    public HttpReply handle(HttpRequest request) throws InterruptedException {
        try {
            check(request);
            return handler.handle(request);
        } catch (ServingException e) {
            throw request.caller().shown(e);
        }
    }

    @Override
    public Optional<Begun> begin(HttpRequest request, Answering<HttpReply.Whole> answering) {
        try {
            check(request);
            return handler.begin(request, answering.from(Function.identity(), request.caller()::shown));
        } catch (ServingException e) {
            throw request.caller().shown(e);
        }
    }

    private void check(HttpRequest request) {
        String host = request.headers().find("host").orElse("");
        List<String> named = hosts.pipelines(host);
        if (!named.isEmpty()) {
            check(request.path(), host, named);
        }
    }

    private void check(String path, String host, List<String> named) {
        Optional<Pipeline> running = named.stream()
                .flatMap(name ->
                        pipelines.get().stream().filter(each -> each.name().equals(name)))
                .findFirst();
        if (running.isEmpty() && hosts.any()) {
            return; // behind an ingress the process may have any name
        }
        Pipeline pipeline = running.orElseThrow(() -> new ServingException(
                ErrorCode.FORBIDDEN,
                "the host '" + (host.length() <= 100 ? host : host.substring(0, 100))
                        + "' names no pipeline that runs here"));
        Optional<String> model = variable(MODEL, path);
        if (model.isPresent()
                && !model.get().equals(pipeline.name())
                && !model.get().equals(pipeline.modelName())
                && !path.equals("/v2/models/stats")) {
            throw notThere(pipeline, "model", model.get(), pipeline.name() + ", " + pipeline.modelName());
        }
        Optional<String> other = variable(PIPELINE, path);
        if (other.isPresent() && !other.get().equals(pipeline.name())) {
            throw notThere(pipeline, "pipeline", other.get(), pipeline.name());
        }
    }

    private static ServingException notThere(Pipeline pipeline, String kind, String asked, String there) {
        return new ServingException(
                ErrorCode.NOT_FOUND,
                "the host of pipeline " + pipeline.name() + " has no " + kind + " named '"
                        + (asked.length() <= 100 ? asked : asked.substring(0, 100)) + "'; it has: " + there);
    }

    private static Optional<String> variable(Pattern pattern, String path) {
        String whole = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        Matcher matcher = pattern.matcher(whole);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String segment = String.valueOf(matcher.group(1));
        try {
            return Optional.of(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) { // the router says so in a sentence
            return Optional.empty();
        }
    }
}
