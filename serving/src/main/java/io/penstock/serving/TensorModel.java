package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.call.ServingException;

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
}
