package io.penstock.pipeline;

import io.penstock.pipeline.frame.Picture;
import java.time.Duration;
import java.util.Optional;

/** Takes frames from one camera, at the camera's own pace. Used by one thread. */
public interface FrameGrabber extends AutoCloseable {
    /** Waits for the next frame; empty once the stream has ended. The caller closes the picture. */
    Optional<Grabbed> grab() throws InterruptedException;

    /** A picture and its time by the stream's own clock. */
    record Grabbed(Picture picture, Duration sourceTime) {}

    @Override
    void close();
}
