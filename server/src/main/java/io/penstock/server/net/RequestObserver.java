package io.penstock.server.net;

import io.penstock.serving.call.RequestTrace;
import java.util.List;
import java.util.Optional;

/** Is told of each request's beginning and end: a log, a trace. Called on event loops, so nothing here may block. */
@FunctionalInterface
public interface RequestObserver {
    /** Looks away. */
    RequestObserver NONE = _ -> Observation.NONE;

    /** A request's head has come. */
    Observation began(RequestHead head);

    /** All of these, in this order; the first that traces is the one whose trace counts. */
    static RequestObserver all(List<RequestObserver> observers) {
        if (observers.isEmpty()) {
            return NONE;
        }
        if (observers.size() == 1) {
            return observers.getFirst();
        }
        List<RequestObserver> each = List.copyOf(observers);
        return head ->
                new Several(each.stream().map(observer -> observer.began(head)).toList());
    }

    /**
     * What is known of a request once its head has come.
     *
     * @param id the caller's {@code x-request-id} or one of ours
     * @param protocol {@code http/1.1}, {@code h2}, {@code grpc} or {@code websocket}
     * @param path without its query, which may hold what no log should
     */
    record RequestHead(String id, String protocol, String method, String path, RequestHeaders headers) {}

    /**
     * What became of a request.
     *
     * @param status of HTTP, or the number of a gRPC status; 499 and 1 where the caller left
     * @param caller the name of its key, or {@code everyone}
     * @param bytesIn of the body
     * @param bytesOut of the answer; 0 where it was streamed
     */
    record Outcome(int status, String caller, long bytesIn, long bytesOut) {}

    /** One request as it goes on. All but {@link #trace} on its event loop, {@link #ended} once and last. */
    interface Observation {
        Observation NONE = new Observation() {};

        /** Where phases are told; empty where this request is not traced. */
        default Optional<RequestTrace> trace() {
            return Optional.empty();
        }

        /** The body is here, and a handler begins. */
        default void received() {}

        /** The answer is made. */
        default void handled() {}

        /** The answer has left, or the caller has. */
        default void ended(Outcome outcome) {}
    }

    /** Several at once. */
    record Several(List<Observation> each) implements Observation {
        @Override
        public Optional<RequestTrace> trace() {
            return each.stream().flatMap(one -> one.trace().stream()).findFirst();
        }

        @Override
        public void received() {
            each.forEach(Observation::received);
        }

        @Override
        public void handled() {
            each.forEach(Observation::handled);
        }

        @Override
        public void ended(Outcome outcome) {
            each.forEach(one -> one.ended(outcome));
        }
    }
}
