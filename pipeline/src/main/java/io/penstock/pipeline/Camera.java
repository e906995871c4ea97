package io.penstock.pipeline;

import io.penstock.pipeline.frame.Frame;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Brings one camera's frames into the queue.
 *
 * <p>Threads: one platform thread of its own, since decoding and rendering would pin a virtual one.
 */
public final class Camera implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Camera.class.getName());
    private static final Duration CLOSING = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofSeconds(1);

    private final LiveStream stream;
    private final FrameGrabber grabber;
    private final FrameQueue queue;
    private final boolean waitsForRoom;
    private final Consumer<Frame> dropped;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Starts at once, and takes {@code grabber} over.
     *
     * @param waitsForRoom whether a full queue holds the camera up; otherwise the queue's oldest frame is dropped
     * @param dropped counts and closes a frame that had to go; cameras share a queue, so it may be another camera's
     */
    public Camera(
            LiveStream stream, FrameGrabber grabber, FrameQueue queue, boolean waitsForRoom, Consumer<Frame> dropped) {
        this.stream = stream;
        this.grabber = grabber;
        this.queue = queue;
        this.waitsForRoom = waitsForRoom;
        this.dropped = dropped;
        this.thread =
                Thread.ofPlatform().name("camera-" + stream.name()).daemon().start(this::grabAll);
    }

    private void grabAll() {
        long session = System.currentTimeMillis();
        long index = 0;
        try (grabber) {
            while (!closing) {
                Optional<FrameGrabber.Grabbed> grabbed = grabber.grab();
                if (grabbed.isEmpty()) {
                    stream.sourceEnded();
                    return;
                }
                Frame frame = new Frame(
                        stream.name(),
                        session,
                        index++,
                        Instant.now(),
                        grabbed.get().sourceTime(),
                        System.nanoTime(),
                        grabbed.get().picture());
                stream.counters().countCaptured();
                hand(frame);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Here one camera ends: the others and the server go on.
            LOG.log(System.Logger.Level.ERROR, "camera " + stream.name() + " failed", e);
            stream.sourceFailed(
                    e instanceof ServingException known ? known.sentence() : "the camera failed; see the log");
        }
    }

    private void hand(Frame frame) throws InterruptedException {
        if (!waitsForRoom) {
            queue.offer(frame).ifPresent(dropped);
            return;
        }
        while (!queue.put(frame, POLL)) {
            if (closing) {
                dropped.accept(frame);
                return;
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
