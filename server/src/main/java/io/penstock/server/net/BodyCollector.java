package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers one body in pooled direct memory. A body of known length gets all its memory before its first byte is read,
 * or is refused; one of unknown length grows.
 *
 * <p>Threads: the connection's event loop only; what {@link #take} hands over may go anywhere.
 */
final class BodyCollector {
    private static final long FIRST_BYTES = 64 << 10;
    private static final long UNKNOWN = -1;

    private final TensorPool pool;
    private final long maxBytes;
    private final String limitName;
    private long expected = UNKNOWN;
    private long size;
    private @Nullable TensorLease lease;

    BodyCollector(TensorPool pool, long maxBytes, String limitName) {
        this.pool = pool;
        this.maxBytes = maxBytes;
        this.limitName = limitName;
    }

    /** @throws ServingException if it is too large, or the budget of bytes in flight is used up */
    void expect(long bytes) {
        if (bytes > maxBytes) {
            throw tooLarge("of " + bytes + " bytes");
        }
        expected = bytes;
        if (bytes > 0) {
            lease = pool.allocate(bytes);
        }
    }

    private ServingException tooLarge(String what) {
        return new ServingException(
                ErrorCode.TOO_LARGE,
                "a " + limitName + " " + what + " is more than the " + maxBytes + " bytes allowed");
    }

    /** Copies all of {@code data}. */
    void add(ByteBuf data) {
        int more = data.readableBytes();
        if (more == 0) {
            return;
        }
        if (expected != UNKNOWN && size + more > expected) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "the body is longer than its announced " + expected + " bytes");
        }
        ByteBuffer target = room(more).asSlice(size, more).asByteBuffer();
        data.readBytes(target);
        size += more;
    }

    private MemorySegment room(int more) {
        TensorLease held = lease;
        if (held != null && size + more <= held.memory().byteSize()) {
            return held.memory();
        }
        if (size + more > maxBytes) {
            throw tooLarge("of unknown length");
        }
        long doubled = held == null ? FIRST_BYTES : 2 * held.memory().byteSize();
        TensorLease larger = pool.allocate(Math.min(maxBytes, Math.max(doubled, size + more)));
        if (held != null) {
            MemorySegment.copy(held.memory(), 0, larger.memory(), 0, size);
            held.close();
        }
        lease = larger;
        return larger.memory();
    }

    boolean isShort() {
        return expected != UNKNOWN && size < expected;
    }

    long missing() {
        return expected - size;
    }

    /** Hands the body and its lease's count to the caller. */
    RequestBody take() {
        TensorLease held = lease;
        lease = null;
        return held == null
                ? RequestBody.empty()
                : new RequestBody(held, held.memory().asSlice(0, size));
    }

    /** Gives the memory back; nothing happens where the body was taken. */
    void discard() {
        if (lease != null) {
            lease.close();
            lease = null;
        }
    }
}
