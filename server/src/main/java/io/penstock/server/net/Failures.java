package io.penstock.server.net;

import io.penstock.pipeline.ResultJson;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.ServingException;

/** Turns whatever a handler threw into what its caller may know; our own failures are logged with the request's id. */
final class Failures {
    private static final System.Logger LOG = System.getLogger("io.penstock.server");

    private Failures() {}

    /** The failure as callers see it. Logs what is ours to repair. */
    static ServingException seenByCaller(Throwable failure, RequestScope request) {
        if (failure instanceof ServingException known) {
            if (known.code() == ErrorCode.INTERNAL) {
                log(request, failure);
            }
            return known;
        }
        if (failure instanceof InterruptedException) {
            return new ServingException(ErrorCode.CANCELLED, "the request was cancelled");
        }
        log(request, failure);
        return new ServingException(ErrorCode.INTERNAL, "internal error; the log has it under request " + request.id());
    }

    private static void log(RequestScope request, Throwable failure) {
        RequestScope.within(
                request, () -> LOG.log(System.Logger.Level.ERROR, "request " + request.id() + " failed", failure));
    }

    static HttpReply.Whole reply(ServingException failure) {
        StringBuilder body = new StringBuilder("{\"error\":");
        ResultJson.string(body, failure.sentence());
        HttpReply.Whole reply = HttpReply.json(
                ErrorStatus.http(failure.code()), body.append('}').toString());
        if (failure.code() == ErrorCode.UNAUTHENTICATED) {
            return reply.with("www-authenticate", "Bearer realm=\"penstock\"")
                    .with("www-authenticate", "Basic realm=\"penstock\", charset=\"UTF-8\"");
        }
        boolean later = reply.status() == 503 || failure.code() == ErrorCode.RATE_LIMITED;
        return later ? reply.with("retry-after", "1") : reply;
    }
}
