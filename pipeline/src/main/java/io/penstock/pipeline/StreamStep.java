package io.penstock.pipeline;

import io.penstock.serving.call.ServingException;
import java.time.Duration;

/**
 * A step that remembers earlier frames of a stream, such as tracking. Each stream has a memory of its own, and its frames
 * come to it in their order, one at a time; a frame that was dropped or failed is a hole in the numbers. It and the steps
 * behind it see the exchange's picture and findings, and no tensors any more.
 */
public non-sealed interface StreamStep extends Step {
    /** A new stream, of which nothing is known. */
    Memory begin();

    /** Works on a request, which belongs to no stream: there is nothing before it and nothing behind it. */
    void applyAlone(Exchange exchange);

    /** What a step knows of one stream. For one thread at a time. */
    interface Memory {
        /**
         * Computes on the calling thread, without waiting for anything.
         *
         * @throws ServingException if what the exchange carries cannot be worked on
         */
        void apply(Exchange exchange, Moment moment);
    }

    /**
     * When a frame was.
     *
     * @param session of the camera; where it changes, time and frame begin anew
     * @param frame counts from 0 within the session
     * @param time by the stream's own clock
     */
    record Moment(long session, long frame, Duration time) {}
}
