package io.penstock.server.net;

import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;

/** Where a streamed answer is written. */
@FunctionalInterface
public interface ReplySink {
    /**
     * Sends the parts and waits until the network has taken them, so that a slow client slows its writer and nobody
     * else. The parts may be reused afterwards.
     *
     * @throws ServingException with {@code CANCELLED} if the client has left or takes nothing before the write
     *     deadline; the connection is closed then
     */
    void write(MemorySegment... parts) throws InterruptedException;
}
