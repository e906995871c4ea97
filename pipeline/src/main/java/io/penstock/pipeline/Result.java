package io.penstock.pipeline;

import io.penstock.pipeline.frame.Findings;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a pipeline says of one picture.
 *
 * @param id a frame's is {@code pipeline/stream/sessionStartMillis/index}, a request's the request id
 * @param origin which stream and frame; absent for a request
 * @param timestamp when the picture arrived
 * @param width of the source picture, pixels
 */
public record Result(
        String id,
        String pipeline,
        Optional<Origin> origin,
        Instant timestamp,
        int width,
        int height,
        Findings findings,
        Timings timings) {

    /**
     * A frame of a stream.
     *
     * @param frame counts from 0
     * @param time since the first frame; of recorded streams, which are not worked on as they are shot
     */
    public record Origin(String stream, long frame, Optional<Duration> time) {
        /** Of a live stream. */
        public Origin(String stream, long frame) {
            this(stream, frame, Optional.empty());
        }
    }

    Result from(Origin other) {
        return new Result(id, pipeline, Optional.of(other), timestamp, width, height, findings, timings);
    }

    /** Where the time went. */
    public record Timings(Duration queue, Duration preprocess, Duration infer, Duration postprocess) {
        Timings withPostprocess(Duration other) {
            return new Timings(queue, preprocess, infer, other);
        }
    }
}
