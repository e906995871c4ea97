package io.penstock.serving.oip;

import io.penstock.serving.InferRequest;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import java.util.List;
import java.util.SequencedMap;

/**
 * A V1 prediction request, its tensors checked against the model.
 *
 * @param calls the inputs of each inference that it takes: one for all instances where the model takes batches, else one
 *     for each
 * @param batched whether there is one call, over all instances
 * @param byRows whether it came as {@code instances}, and is answered so
 * @param rows how many instances there are
 * @param memory holds the inputs; {@link #close} gives the count back
 */
public record V1Request(
        List<SequencedMap<String, Tensor>> calls, boolean batched, boolean byRows, long rows, TensorLease memory)
        implements AutoCloseable {
    public V1Request {
        calls = List.copyOf(calls);
    }

    /** One of the calls as models take it; its memory stays this request's. */
    public InferRequest toInferRequest(int call, Deadline deadline, String id) {
        return new InferRequest(id, calls.get(call), List.of(), deadline, memory);
    }

    @Override
    public void close() {
        memory.close();
    }
}
