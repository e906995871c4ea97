package io.penstock.server.net;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Answers unary gRPC calls, each on a virtual thread of its own that is interrupted on cancel and deadline. */
public interface GrpcHandler {
    /** Whether there is a method at {@code path}, {@code /package.Service/Method}. */
    boolean serves(String path);

    /** @throws ServingException which becomes a status */
    GrpcReply call(GrpcRequest request) throws InterruptedException;

    /**
     * One call.
     *
     * @param body the message; as with HTTP, its lease is held until the handler returns
     */
    record GrpcRequest(String id, String path, RequestBody body, Deadline deadline) {}

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
}
