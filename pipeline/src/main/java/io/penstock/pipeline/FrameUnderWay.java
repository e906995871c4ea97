package io.penstock.pipeline;

import io.penstock.pipeline.frame.Frame;
import io.penstock.serving.call.Deadline;

/** A frame that the model has seen, and whose steps in order are still to come. */
record FrameUnderWay(Frame frame, Exchange exchange, Result.Timings timings, Deadline deadline)
        implements AutoCloseable {
    /** The same, after so much more time in steps behind the model. */
    FrameUnderWay longer(long nanos) {
        return new FrameUnderWay(
                frame, exchange, timings.withPostprocess(timings.postprocess().plusNanos(nanos)), deadline);
    }

    @Override
    public void close() {
        exchange.close();
    }
}
