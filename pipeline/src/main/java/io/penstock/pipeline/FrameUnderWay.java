package io.penstock.pipeline;

import io.penstock.pipeline.frame.Frame;
import io.penstock.serving.call.Deadline;

/** A frame that the model has seen, and whose steps in order are still to come. */
record FrameUnderWay(Frame frame, Exchange exchange, Result.Timings timings, Deadline deadline)
        implements AutoCloseable {
    @Override
    public void close() {
        exchange.close();
    }
}
