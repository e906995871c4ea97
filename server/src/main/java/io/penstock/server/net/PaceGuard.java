package io.penstock.server.net;

import io.netty.util.concurrent.EventExecutor;
import io.penstock.server.net.ServerLimits.Pace;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Cuts a body that comes too slowly: in each window of time a least number of bytes must arrive.
 *
 * <p>Threads: the connection's event loop only.
 */
final class PaceGuard {
    private final Pace pace;
    private final Runnable cut;
    private final Future<?> checks;
    private long bytes;

    PaceGuard(EventExecutor loop, Pace pace, Runnable cut) {
        this.pace = pace;
        this.cut = cut;
        long nanos = pace.window().toNanos();
        this.checks = loop.scheduleAtFixedRate(this::check, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    void count(long more) {
        bytes += more;
    }

    private void check() {
        if (bytes < pace.bytes()) {
            stop();
            cut.run();
        }
        bytes = 0;
    }

    void stop() {
        checks.cancel(false);
    }
}
