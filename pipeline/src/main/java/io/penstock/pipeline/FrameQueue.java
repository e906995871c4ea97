package io.penstock.pipeline;

import io.penstock.pipeline.frame.Frame;
import java.time.Duration;
import java.util.Optional;

/** Where frames wait between decoding and inference. Each frame in it holds one count of its picture. */
public interface FrameQueue extends AutoCloseable {
    /** Adds a frame without waiting; when full, the oldest one leaves and is given back, to be counted and closed. */
    Optional<Frame> offer(Frame frame);

    /** Waits for room, and adds the frame; false when there was none in time or the queue is closed. */
    boolean put(Frame frame, Duration atMost) throws InterruptedException;

    /** Waits for the oldest frame; empty once the queue is closed and empty. */
    Optional<Frame> take() throws InterruptedException;

    int size();

    /** Refuses anything new; what waits can still be taken. */
    @Override
    void close();
}
