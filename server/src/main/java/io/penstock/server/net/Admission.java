package io.penstock.server.net;

import io.penstock.serving.call.ServingException;

/** Decides who a request comes from, by its head, before anything of its body is read. Called from any thread. */
@FunctionalInterface
public interface Admission {
    /** Everybody may do everything. */
    Admission OPEN = (headers, method, path) -> Caller.EVERYONE;

    /**
     * @param method of HTTP; {@code POST} for gRPC
     * @param path without its query
     * @throws ServingException with {@code UNAUTHENTICATED}, {@code FORBIDDEN} or {@code RATE_LIMITED}
     */
    Caller admit(RequestHeaders headers, String method, String path);
}
