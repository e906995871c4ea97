package io.penstock.pipeline;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One camera of a pipeline as viewers see it: its newest frame, its state, and its figures.
 *
 * <p>Threads: one thread publishes; any number of viewers wait in {@link #awaitNewer}, each on a thread of its own. A
 * slow viewer skips frames, which are counted as superseded, and never holds anyone up.
 */
public final class LiveStream implements AutoCloseable {
    /** Where frames come at a pace of their own: as many as a screen shows. */
    public static final Duration USUAL_INTERVAL = Duration.ofNanos(1_000_000_000 / 30);
    /** Where frames come as fast as they are used: encoding them takes processor time from inference. */
    public static final Duration SPARING_INTERVAL = Duration.ofNanos(1_000_000_000 / 15);

    private final String name;
    private final StreamCounters counters;
    private final Duration displayInterval;
    private final StageTotals stages = new StageTotals();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private final LongAdder sent = new LongAdder();
    private final LongAdder superseded = new LongAdder();
    private @Nullable LiveFrame newest;
    private long sequence;
    private boolean closed;
    private boolean ended;
    private String failure = "";

    public LiveStream(String name, StreamCounters counters) {
        this(name, counters, USUAL_INTERVAL);
    }

    /** @param displayInterval the least time from one frame that is encoded for display to the next */
    public LiveStream(String name, StreamCounters counters, Duration displayInterval) {
        this.name = name;
        this.counters = counters;
        this.displayInterval = displayInterval;
    }

    /** What a camera is doing. */
    public sealed interface State {
        /** No frame has come yet. */
        record Waiting() implements State {}

        /** Frames come. */
        record Live() implements State {}

        /** The source is at its end. */
        record Ended() implements State {}

        /** The camera stopped; {@code reason} is a sentence. */
        record Failed(String reason) implements State {}
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

    /** The least time from one frame that is encoded for display to the next. */
    public Duration displayInterval() {
        return displayInterval;
    }

    /** Where the time of all published frames went. */
    public StageTotals stages() {
        return stages;
    }

    public State state() {
        lock.lock();
        try {
            if (!failure.isEmpty()) {
                return new State.Failed(failure);
            }
            if (ended || closed) {
                return new State.Ended();
            }
            return sequence == 0 ? new State.Waiting() : new State.Live();
        } finally {
            lock.unlock();
        }
    }

    /** The camera brings nothing more; what it brought is still shown. */
    void sourceEnded() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
    }

    /** The camera brings nothing more because of {@code reason}; what it brought is still shown. */
    void sourceFailed(String reason) {
        lock.lock();
        try {
            failure = reason;
        } finally {
            lock.unlock();
        }
    }

    /** Shows {@code frame} to all viewers from now on, and takes over the caller's hold on it. */
    void publish(LiveFrame frame) {
        LiveFrame previous;
        stages.add(frame.result().timings());
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
        Optional<Published> next = follow(seen, atMost);
        next.ifPresent(published -> {
            countSent();
            countSuperseded(seen == 0 ? 0 : published.sequence() - seen - 1);
        });
        return next;
    }

    /**
     * As {@link #awaitNewer}, but counts nothing: for one that hands frames on to several viewers, and counts what each
     * of them got.
     */
    public Optional<Published> follow(long seen, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (sequence <= seen && !closed) {
                if (left <= 0) {
                    return Optional.empty();
                }
                left = published.awaitNanos(left);
            }
            return newest == null ? Optional.empty() : Optional.of(new Published(sequence, newest.retain()));
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

    /** A viewer was sent a frame. */
    public void countSent() {
        sent.increment();
    }

    /** A viewer will not get {@code frames} frames, for a newer one is there. */
    public void countSuperseded(long frames) {
        superseded.add(frames);
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
