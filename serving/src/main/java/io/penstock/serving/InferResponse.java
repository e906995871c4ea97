package io.penstock.serving;

import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Named output tensors of one inference, in the order they were asked for.
 *
 * @param outputs views of {@code memory}
 * @param memory holds the outputs; {@link #close} gives the count back
 * @param timings where the time went
 */
public record InferResponse(SequencedMap<String, Tensor> outputs, TensorLease memory, Timings timings)
        implements AutoCloseable {
    public InferResponse {
        outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
    }

    /**
     * Where the time of one inference went, in nanoseconds.
     *
     * @param queueNanos from arrival until a batch was closed
     * @param computeNanos in the backend
     */
    public record Timings(long queueNanos, long computeNanos) {}

    @Override
    public void close() {
        memory.close();
    }
}
