package io.penstock.pipeline;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ServingException;

/**
 * A step that waits for an answer of someone else, such as another pipeline. It depends on nothing but its exchange, sees
 * its picture and findings, and runs on the exchange's own thread, never on one of {@link CpuPool}.
 */
public non-sealed interface CallStep extends Step {
    /**
     * Waits for the answer, at most until the call's deadline.
     *
     * @throws ServingException if there is none, with the reason
     * @throws InterruptedException if the exchange was called off; whatever the step had begun has ended by then
     */
    void apply(Exchange exchange, Call call) throws InterruptedException;

    /**
     * What the step is part of.
     *
     * @param id of the request or frame
     * @param pipelines that can be called
     */
    record Call(String id, Deadline deadline, RunningPipelines pipelines) {}
}
