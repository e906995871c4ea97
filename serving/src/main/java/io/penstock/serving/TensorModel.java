package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.call.ServingException;
import java.util.Optional;

/** A model over tensors; a pipeline is one too. Any number of threads may call it at once. */
public non-sealed interface TensorModel extends Model {
    ModelSignature signature();

    /**
     * The largest batch that its configuration allows; its shapes then begin with the batch dimension. 0 where none says
     * so.
     */
    default int maxBatchSize() {
        return 0;
    }

    /**
     * Runs one inference and waits for it, at most until the request's deadline. The caller closes the response, and
     * its own request's memory. Interrupting the caller abandons the request.
     *
     * @throws ServingException with the reason: the inputs do not fit, the queue is full, the deadline has passed …
     */
    InferResponse infer(InferRequest request) throws InterruptedException;

    /**
     * Begins one inference without waiting for anything, so that an event loop may do it. The caller closes the response
     * that {@code completion} is given, and its own request's memory as soon as this returns. The request's deadline holds:
     * a request that it overtakes fails where it has not been executed yet, and is best abandoned by the caller.
     *
     * @return empty where it cannot be begun without waiting; nothing has happened then, and {@link #infer} is the way
     * @throws ServingException as {@link #infer}; {@code completion} is not told then
     */
    default Optional<Begun> begin(InferRequest request, InferCompletion completion) {
        return Optional.empty();
    }
}
