package io.penstock.server.net;

import io.penstock.server.net.ServerLimits.Pace;

/**
 * Cuts a body that comes too slowly: in each window of time a least number of bytes must arrive.
 *
 * <p>Threads: the connection's event loop only.
 */
final class PaceGuard {
    private final Pace pace;
    private final Runnable cut;
    private final LazyTimer timer;
    private long bytes;

    /** @param timer this one's alone until it is stopped */
    PaceGuard(LazyTimer timer, Pace pace, Runnable cut) {
        this.timer = timer;
        this.pace = pace;
        this.cut = cut;
        timer.start(pace.window().toNanos(), this::check);
    }

    void count(long more) {
        bytes += more;
    }

    private void check() {
        if (bytes < pace.bytes()) {
            cut.run();
            return;
        }
        bytes = 0;
        timer.start(pace.window().toNanos(), this::check);
    }

    void stop() {
        timer.stop();
    }
}
