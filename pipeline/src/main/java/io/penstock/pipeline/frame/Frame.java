package io.penstock.pipeline.frame;

import java.time.Duration;
import java.time.Instant;

/**
 * One frame of a live stream. Whoever holds it holds one count of its picture.
 *
 * @param stream name of the camera
 * @param sessionStartMillis epoch milliseconds when this session of the camera began
 * @param index counts from 0 within the session
 * @param capturedAt when it arrived here
 * @param sourceTime by the stream's own clock
 * @param capturedNanos {@link System#nanoTime} when it arrived; of this process, never sent
 */
public record Frame(
        String stream,
        long sessionStartMillis,
        long index,
        Instant capturedAt,
        Duration sourceTime,
        long capturedNanos,
        Picture picture) {
    /** The frame's id within pipeline {@code pipeline}. */
    public String id(String pipeline) {
        return pipeline + "/" + stream + "/" + sessionStartMillis + "/" + index;
    }
}
