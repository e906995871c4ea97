package io.penstock.app.log;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Writes lines on a thread of its own, so that nobody who answers requests waits for a slow pipe or disk. At most
 * {@value #MOST_WAITING} wait; beyond that lines are dropped, and a line says how many.
 *
 * <p>Threads: {@link #add} from any, and it never blocks.
 */
final class LogLines implements AutoCloseable {
    static final int MOST_WAITING = 8_192;
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private final PrintStream out;
    private final Supplier<LogFormat> chosen;
    private final BlockingQueue<LogEntry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean closed;

    /** @param chosen asked before the first line, for what a terminal is takes milliseconds to find out */
    LogLines(PrintStream out, Supplier<LogFormat> chosen) {
        this.out = out;
        this.chosen = chosen;
        this.writer = Thread.ofPlatform().daemon().name("log").unstarted(this::write);
    }

    void add(LogEntry entry) {
        if (closed || !waiting.offer(entry)) {
            dropped.incrementAndGet();
        }
        if (!begun.get() && begun.compareAndSet(false, true)) {
            writer.start();
        }
    }

    private void write() {
        LogFormat format = chosen.get();
        try {
            while (!closed || !waiting.isEmpty()) {
                LogEntry next = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (next != null) {
                    out.print(format.written(next));
                }
                if (waiting.isEmpty()) {
                    sayDropped(format);
                    out.flush();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sayDropped(LogFormat format) {
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            out.print(format.written(new LogEntry(
                    Instant.now(),
                    "WARN",
                    LogLines.class.getName(),
                    lost + " lines were dropped: they came faster than they could be written",
                    Optional.empty(),
                    List.of(),
                    Optional.empty())));
        }
    }

    /** Writes what waits, within two seconds. */
    @Override
    public void close() {
        closed = true;
        if (!begun.get()) {
            return;
        }
        try {
            if (!writer.join(CLOSING)) {
                writer.interrupt();
            }
        } catch (InterruptedException _) {
            writer.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
