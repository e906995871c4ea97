package io.penstock.server.auth;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * So many requests a second, with a second's worth at once: the generic cell rate algorithm (ITU-T I.371), which needs
 * one number and no refilling.
 *
 * <p>Threads: any; the number is exchanged by compare and set.
 */
final class RateLimit {
    private static final long WINDOW_NANOS = Duration.ofSeconds(1).toNanos();

    private final long intervalNanos;
    private final LongSupplier nanoTime;
    /** When the next request would come if all came evenly; behind now where fewer did. */
    private final AtomicLong expected;

    /** @param nanoTime as {@link System#nanoTime} */
    RateLimit(int requestsPerSecond, LongSupplier nanoTime) {
        this.intervalNanos = WINDOW_NANOS / requestsPerSecond;
        this.nanoTime = nanoTime;
        this.expected = new AtomicLong(nanoTime.getAsLong());
    }

    /** Counts one request, unless it is one too many. */
    boolean take() {
        while (true) {
            long now = nanoTime.getAsLong();
            long seen = expected.get();
            long next = now + Math.max(0, seen - now) + intervalNanos;
            if (next - now > WINDOW_NANOS) {
                return false;
            }
            if (expected.compareAndSet(seen, next)) {
                return true;
            }
        }
    }
}
