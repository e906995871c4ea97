package io.penstock.server.page;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the figures once a second for all viewers who want them; while there are none, nothing is written.
 *
 * <p>Threads: a virtual thread of its own while there are viewers; they join and leave from any.
 */
final class FiguresFeed {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Supplier<String> figures;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<DashboardSession> viewers = new HashSet<>();
    private @Nullable Thread writer;

    FiguresFeed(Supplier<String> figures) {
        this.figures = figures;
    }

    /** The first figures come at once. */
    void join(DashboardSession viewer) {
        lock.lock();
        try {
            if (!viewers.add(viewer)) {
                return;
            }
            if (writer == null) {
                writer = Thread.ofVirtual().name("dashboard-figures").start(this::write);
                return;
            }
        } finally {
            lock.unlock();
        }
        viewer.showFigures(figures.get());
    }

    void leave(DashboardSession viewer) {
        lock.lock();
        try {
            if (viewers.remove(viewer) && viewers.isEmpty() && writer != null) {
                writer.interrupt();
                writer = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        try {
            while (true) {
                List<DashboardSession> all;
                lock.lock();
                try {
                    if (!Thread.currentThread().equals(writer)) {
                        return;
                    }
                    all = new ArrayList<>(viewers);
                } finally {
                    lock.unlock();
                }
                String json = figures.get();
                all.forEach(viewer -> viewer.showFigures(json));
                TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
            }
        } catch (InterruptedException e) {
            // The last viewer left.
        }
    }
}
