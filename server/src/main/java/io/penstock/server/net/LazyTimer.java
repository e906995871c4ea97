package io.penstock.server.net;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One time limit after another, as a connection has them: for its next request, for the body, for the answer. Setting and
 * lifting one costs a clock and two fields: what was scheduled stays, and looks when it is run how long is left.
 *
 * <p>Threads: the event loop only.
 */
final class LazyTimer {
    private final EventExecutor loop;
    private @Nullable Future<?> scheduled;
    private long scheduledFor;
    private @Nullable Runnable action;
    private long due;

    LazyTimer(EventExecutor loop) {
        this.loop = loop;
    }

    /** Runs {@code late} in {@code nanos}, in place of what was to be run before, unless it is stopped until then. */
    void start(long nanos, Runnable late) {
        due = System.nanoTime() + nanos;
        action = late;
        if (scheduled != null && due - scheduledFor < 0) {
            scheduled.cancel(false);
            scheduled = null;
        }
        if (scheduled == null) {
            schedule(nanos);
        }
    }

    void stop() {
        action = null;
    }

    /** Stops for good: nothing is left that holds the connection. */
    void close() {
        stop();
        if (scheduled != null) {
            scheduled.cancel(false);
            scheduled = null;
        }
    }

    private void schedule(long nanos) {
        scheduledFor = due;
        scheduled = loop.schedule(this::look, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    private void look() {
        scheduled = null;
        if (action == null) {
            return;
        }
        long left = due - System.nanoTime();
        if (left > 0) {
            schedule(left);
            return;
        }
        Runnable late = action;
        action = null;
        late.run();
    }
}
