package io.penstock.server;

import io.penstock.server.net.Answering;
import io.penstock.server.net.GrpcHandler;
import io.penstock.server.net.HttpHandler;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpRequest;
import io.penstock.serving.Begun;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Until all that the documents name is loaded, what is not found may be on its way: callers are told to come again,
 * since a 404 would make them give up.
 */
final class WhileStarting implements HttpHandler, GrpcHandler {
    private final HttpHandler http;
    private final GrpcHandler grpc;
    private final Supplier<List<String>> unready;

    /** @param unready what is missing still; empty for ever after the start */
    WhileStarting(HttpHandler http, GrpcHandler grpc, Supplier<List<String>> unready) {
        this.http = http;
        this.grpc = grpc;
        this.unready = unready;
    }

    @Override
    public HttpReply handle(HttpRequest request) throws InterruptedException {
        // Asked before the handler looks: what is loaded between the two would be refused for good.
        List<String> missing = unready.get();
        try {
            return http.handle(request);
        } catch (ServingException e) {
            throw seen(e, missing);
        }
    }

    @Override
    public Optional<Begun> begin(HttpRequest request, Answering<HttpReply.Whole> answering) {
        return unready.get().isEmpty() ? http.begin(request, answering) : Optional.empty();
    }

    @Override
    public Optional<Begun> begin(GrpcRequest request, Answering<GrpcReply> answering) {
        return unready.get().isEmpty() ? grpc.begin(request, answering) : Optional.empty();
    }

    @Override
    public Kind kind(String path) {
        return grpc.kind(path);
    }

    @Override
    public GrpcReply call(GrpcRequest request) throws InterruptedException {
        List<String> missing = unready.get();
        try {
            return grpc.call(request);
        } catch (ServingException e) {
            throw seen(e, missing);
        }
    }

    @Override
    public void stream(GrpcStream stream) throws InterruptedException {
        List<String> missing = unready.get();
        try {
            grpc.stream(stream);
        } catch (ServingException e) {
            throw seen(e, missing);
        }
    }

    private static ServingException seen(ServingException failure, List<String> missing) {
        if (failure.code() != ErrorCode.NOT_FOUND || missing.isEmpty()) {
            return failure;
        }
        return new ServingException(
                ErrorCode.NOT_READY, failure.sentence() + "; but not all is loaded: " + missing.getFirst(), failure);
    }
}
