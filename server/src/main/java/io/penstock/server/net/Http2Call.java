package io.penstock.server.net;

import io.netty.buffer.ByteBuf;

/**
 * What happens on one HTTP/2 stream.
 *
 * <p>Threads: the event loop only.
 */
sealed interface Http2Call permits Http2Exchange, GrpcCall, GrpcStreamCall {
    /** The request's head has come. */
    void begin(boolean endOfStream);

    /** Part of its body has come; {@code data} is the caller's. */
    void data(ByteBuf data, boolean endOfStream);

    /**
     * After {@link #data}: how many of its bytes count as read now, so that the client may send as many more. Whoever
     * answers less gives the rest back itself.
     */
    default int read(int bytes) {
        return bytes;
    }

    /** Ends a streamed answer, which never would by itself. */
    void drain();

    /** The stream is gone: answered, reset by the client, or lost with its connection. */
    void closed();
}
