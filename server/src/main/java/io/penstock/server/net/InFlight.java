package io.penstock.server.net;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests under way, from their head to the last byte of their answer.
 *
 * <p>Threads: any; one waits.
 */
final class InFlight {
    private final AtomicLong count = new AtomicLong();
    private volatile @Nullable Thread waiting;

    void enter() {
        count.incrementAndGet();
    }

    void leave() {
        if (count.decrementAndGet() == 0) {
            LockSupport.unpark(waiting);
        }
    }

    long count() {
        return count.get();
    }

    /** Whether none was left before the time was over. */
    boolean awaitNone(Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        waiting = Thread.currentThread();
        while (count.get() > 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(this, left);
        }
        return true;
    }
}
