package io.penstock.pipeline;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One camera of a pipeline as viewers see it: its newest frame, and its figures.
 *
 * <p>Threads: one thread publishes; any number of viewers wait in {@link #awaitNewer}, each on a thread of its own. A
 * slow viewer skips frames, which are counted as superseded, and never holds anyone up.
 */
public final class LiveStream implements AutoCloseable {
    private final String name;
    private final StreamCounters counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private final LongAdder sent = new LongAdder();
    private final LongAdder superseded = new LongAdder();
    private @Nullable LiveFrame newest;
    private long sequence;
    private boolean closed;

    public LiveStream(String name, StreamCounters counters) {
        this.name = name;
        this.counters = counters;
    }

    /** A frame and its number among all that were published, counting from 1; the receiver closes the frame. */
    public record Published(long sequence, LiveFrame frame) implements AutoCloseable {
        @Override
        public void close() {
            frame.close();
        }
    }

    public String name() {
        return name;
    }

    public StreamCounters counters() {
        return counters;
    }

    /** Shows {@code frame} to all viewers from now on, and takes over the caller's hold on it. */
    void publish(LiveFrame frame) {
        LiveFrame previous;
        lock.lock();
        try {
            if (closed) {
                previous = frame;
            } else {
                previous = newest;
                newest = frame;
                sequence++;
                published.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (previous != null) {
            previous.close();
        }
    }

    /** The newest frame; empty until the first was published, and once the stream has ended. */
    public Optional<Published> newest() {
        lock.lock();
        try {
            return newest == null ? Optional.empty() : Optional.of(new Published(sequence, newest.retain()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a frame newer than number {@code seen}; empty when none came in time or the stream has ended.
     *
     * @param seen the number of the frame this viewer got last, 0 before the first
     */
    public Optional<Published> awaitNewer(long seen, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (sequence <= seen && !closed) {
                if (left <= 0) {
                    return Optional.empty();
                }
                left = published.awaitNanos(left);
            }
            if (newest == null) {
                return Optional.empty();
            }
            sent.increment();
            superseded.add(seen == 0 ? 0 : sequence - seen - 1);
            return Optional.of(new Published(sequence, newest.retain()));
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a published frame for at most {@code atMost}; whether there is one. */
    public boolean awaitFirst(Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (sequence == 0 && !closed && left > 0) {
                left = published.awaitNanos(left);
            }
            return sequence > 0;
        } finally {
            lock.unlock();
        }
    }

    public long framesSent() {
        return sent.sum();
    }

    /** Frames that a viewer did not get because a newer one was there before it asked. */
    public long framesSuperseded() {
        return superseded.sum();
    }

    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream: viewers waiting get nothing more. */
    @Override
    public void close() {
        LiveFrame last;
        lock.lock();
        try {
            closed = true;
            last = newest;
            newest = null;
            published.signalAll();
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.close();
        }
    }
}
