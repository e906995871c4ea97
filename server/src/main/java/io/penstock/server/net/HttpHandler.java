package io.penstock.server.net;

import io.penstock.serving.Begun;
import io.penstock.serving.call.ServingException;
import java.util.Optional;

/** Answers HTTP requests, each on a virtual thread of its own that is interrupted when the client leaves. */
@FunctionalInterface
public interface HttpHandler {
    /** @throws ServingException which becomes an error reply */
    HttpReply handle(HttpRequest request) throws InterruptedException;

    /**
     * Begins to answer on the event loop, where that takes microseconds and the rest is done elsewhere: a thread less for a
     * request to pass through.
     *
     * @param request its body is there until this returns
     * @return empty for {@link #handle} to do it all; nothing has happened then
     * @throws ServingException which becomes an error reply; {@code answering} is not told then
     */
    default Optional<Begun> begin(HttpRequest request, Answering<HttpReply.Whole> answering) {
        return Optional.empty();
    }
}
