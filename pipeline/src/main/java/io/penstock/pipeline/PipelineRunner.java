package io.penstock.pipeline;

import io.penstock.pipeline.frame.Frame;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes frames from the queue through a pipeline and hands the results to the sinks, each stream's in the order of its
 * frames.
 *
 * <p>Threads: one takes; up to {@code maxInFlight} frames are under way at once, each on a virtual thread of its own,
 * which is what keeps all cores at work and fills batches. {@link #close} stops taking, and waits for what is under way.
 */
public final class PipelineRunner implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PipelineRunner.class.getName());
    private static final Duration FRAME = Duration.ofSeconds(30);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final StepPipeline pipeline;
    private final FrameQueue queue;
    private final List<Sink> sinks;
    private final Optional<Duration> latencyTarget;
    private final int maxInFlight;
    private final Semaphore inFlight;
    private final Map<String, LiveStream> streams = new HashMap<>();
    private final Map<String, InOrder> orders = new HashMap<>();
    /** Where frames come back into their order that waited for others behind the steps that remember. */
    private final Map<String, InOrder> lastOrders = new HashMap<>();

    private final AtomicLong failures = new AtomicLong();
    private final Thread taker;

    /** Bounds of what is under way. */
    public record Limits(int maxInFlight, Optional<Duration> latencyTarget) {}

    /** Starts at once. */
    public PipelineRunner(StepPipeline pipeline, FrameQueue queue, List<Sink> sinks, Limits limits) {
        this.pipeline = pipeline;
        this.queue = queue;
        this.sinks = List.copyOf(sinks);
        this.latencyTarget = limits.latencyTarget();
        this.maxInFlight = limits.maxInFlight();
        this.inFlight = new Semaphore(maxInFlight);
        for (LiveStream stream : pipeline.streams()) {
            streams.put(stream.name(), stream);
            orders.put(stream.name(), new InOrder());
            lastOrders.put(stream.name(), new InOrder());
        }
        this.taker = Thread.ofVirtual().name("runner-" + pipeline.name()).start(this::takeAll);
    }

    private void takeAll() {
        try {
            while (true) {
                inFlight.acquire();
                Optional<Frame> next = queue.take();
                if (next.isEmpty()) {
                    inFlight.release();
                    return;
                }
                Frame frame = next.get();
                LiveStream stream = streams.get(frame.stream());
                InOrder order = orders.get(frame.stream());
                if (stream == null || order == null) {
                    throw new IllegalStateException(
                            "a frame of stream " + frame.stream() + ", which is not one of " + pipeline.name());
                }
                if (isTooOld(frame)) {
                    stream.counters().countTooOld();
                    frame.picture().close();
                    inFlight.release();
                    continue;
                }
                InOrder.Place place = order.open();
                Thread.ofVirtual().start(() -> work(frame, stream, order, place));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Counts and closes a frame that left the queue without being worked on. */
    public void dropped(Frame frame) {
        LiveStream stream = streams.get(frame.stream());
        if (stream != null) {
            stream.counters().countQueueFull();
        }
        frame.picture().close();
    }

    private boolean isTooOld(Frame frame) {
        long age = System.nanoTime() - frame.capturedNanos();
        return latencyTarget.isPresent() && age > latencyTarget.get().toNanos();
    }

    private void work(Frame frame, LiveStream stream, InOrder order, InOrder.Place place) {
        Optional<Runnable> delivery = Optional.empty();
        try {
            FrameUnderWay underWay = pipeline.begin(frame, Deadline.after(FRAME));
            delivery = Optional.of(() -> deliver(underWay, stream));
        } catch (InterruptedException e) {
            stream.counters().countFailed();
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failed(frame, stream, e);
        } finally {
            boolean goesOn = delivery.isPresent() && pipeline.callsBehind();
            order.fill(place, delivery);
            if (!goesOn) {
                inFlight.release();
            }
        }
    }

    /** Steps that need the stream's order, and then the rest: at once, or beside other frames where it waits. */
    private void deliver(FrameUnderWay begun, LiveStream stream) {
        InOrder last = lastOrders.get(stream.name());
        if (last == null || !pipeline.callsBehind()) {
            try (begun) {
                write(pipeline.inOrder(begun), stream);
            } catch (InterruptedException e) {
                stream.counters().countFailed();
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                failed(begun.frame(), stream, e);
            }
            return;
        }
        boolean handedOver = false;
        try {
            FrameUnderWay ordered = pipeline.inOrder(begun);
            InOrder.Place place = last.open();
            Thread.ofVirtual().start(() -> workOn(ordered, stream, last, place));
            handedOver = true;
        } catch (InterruptedException e) {
            stream.counters().countFailed();
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failed(begun.frame(), stream, e);
        } finally {
            if (!handedOver) {
                begun.close();
                inFlight.release();
            }
        }
    }

    /** The steps that wait for others, and the sinks in the stream's order. */
    private void workOn(FrameUnderWay ordered, LiveStream stream, InOrder last, InOrder.Place place) {
        Optional<Runnable> delivery = Optional.empty();
        try {
            Answer answer = pipeline.last(ordered);
            delivery = Optional.of(() -> {
                try (answer) {
                    sink(ordered.frame(), answer, stream);
                } catch (InterruptedException e) {
                    stream.counters().countFailed();
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    failed(ordered.frame(), stream, e);
                }
            });
        } catch (InterruptedException e) {
            stream.counters().countFailed();
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failed(ordered.frame(), stream, e);
        } finally {
            ordered.close();
            last.fill(place, delivery);
            inFlight.release();
        }
    }

    private void write(FrameUnderWay ordered, LiveStream stream) throws InterruptedException {
        try (Answer answer = pipeline.last(ordered)) {
            sink(ordered.frame(), answer, stream);
        }
    }

    private void sink(Frame frame, Answer answer, LiveStream stream) throws InterruptedException {
        for (Sink sink : sinks) {
            sink.write(answer.result(), answer.picture());
        }
        stream.counters().countInferred(System.nanoTime() - frame.capturedNanos());
    }

    /** Here one frame ends: whatever went wrong with it, the next one is tried. */
    private void failed(Frame frame, LiveStream stream, RuntimeException failure) {
        stream.counters().countFailed();
        report(frame, failure);
    }

    /** Says the first failure, and then every thousandth, so that a broken camera does not fill the disk. */
    private void report(Frame frame, RuntimeException failure) {
        boolean expected = failure instanceof ServingException serving && serving.code() == ErrorCode.NOT_READY;
        if (!expected && failures.getAndIncrement() % 1000 == 0) {
            LOG.log(System.Logger.Level.WARNING, "frame " + frame.id(pipeline.name()) + " failed", failure);
        }
    }

    /** Waits until what is in the queue and under way is done, at most ten seconds; the queue must be closed before. */
    @Override
    public void close() {
        try {
            if (!taker.join(CLOSING)) {
                taker.interrupt();
            }
            if (inFlight.tryAcquire(maxInFlight, CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                inFlight.release(maxInFlight);
            }
        } catch (InterruptedException e) {
            taker.interrupt();
            Thread.currentThread().interrupt();
        }
        sinks.forEach(Sink::close);
    }
}
