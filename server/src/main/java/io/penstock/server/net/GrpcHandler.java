package io.penstock.server.net;

import io.penstock.serving.Begun;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Answers gRPC calls, each on a virtual thread of its own that is interrupted on cancel and deadline. */
public interface GrpcHandler {
    /** What there is at {@code path}, {@code /package.Service/Method}. */
    Kind kind(String path);

    /** Shapes of methods. */
    enum Kind {
        ABSENT,
        /** One message each way. */
        UNARY,
        /** Any number of messages either way. */
        STREAM
    }

    /**
     * Answers a call of kind {@link Kind#UNARY}.
     *
     * @throws ServingException which becomes a status
     */
    GrpcReply call(GrpcRequest request) throws InterruptedException;

    /**
     * Begins a call of kind {@link Kind#UNARY} on the event loop, as {@link HttpHandler#begin} does.
     *
     * @return empty for {@link #call} to do it all
     */
    default Optional<Begun> begin(GrpcRequest request, Answering<GrpcReply> answering) {
        return Optional.empty();
    }

    /**
     * Serves a call of kind {@link Kind#STREAM}; the call ends with status OK when this returns.
     *
     * @throws ServingException which becomes the status
     */
    void stream(GrpcStream stream) throws InterruptedException;

    /**
     * One call.
     *
     * @param metadata the caller's
     * @param caller who sent it
     * @param body the message; as with HTTP, its lease is held until the handler returns
     */
    record GrpcRequest(
            String id, String path, RequestHeaders metadata, RequestBody body, Caller caller, Deadline deadline) {
        /** This call with another message, whose lease stays the caller's. */
        GrpcRequest withBody(RequestBody other) {
            return new GrpcRequest(id, path, metadata, other, caller, deadline);
        }
    }

    /**
     * One message.
     *
     * @param parts sent one after the other, without copying
     * @param release run once the bytes have left or never will
     */
    record GrpcReply(List<MemorySegment> parts, Runnable release) {
        public GrpcReply {
            parts = List.copyOf(parts);
        }
    }

    /** The messages of one streaming call. One thread receives, and one sends. */
    interface GrpcStream {
        String id();

        String path();

        RequestHeaders metadata();

        Caller caller();

        /** By when a message that is received now must be answered. */
        Deadline requestDeadline();

        /**
         * Waits for the next message; the caller closes its lease. Empty once the client has said its last, or the
         * server drains.
         */
        Optional<RequestBody> receive() throws InterruptedException;

        /**
         * Sends a message, and waits until the network has taken it.
         *
         * @throws ServingException with {@code CANCELLED} if the client has left or takes nothing
         */
        void send(GrpcReply message) throws InterruptedException;

        /** Waits until the time is over or the server drains; whether it drains. */
        boolean awaitDraining(Duration atMost) throws InterruptedException;
    }
}
