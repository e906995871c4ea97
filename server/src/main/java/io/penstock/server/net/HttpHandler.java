package io.penstock.server.net;

import io.penstock.serving.call.ServingException;

/** Answers HTTP requests, each on a virtual thread of its own that is interrupted when the client leaves. */
@FunctionalInterface
public interface HttpHandler {
    /** @throws ServingException which becomes an error reply */
    HttpReply handle(HttpRequest request) throws InterruptedException;
}
