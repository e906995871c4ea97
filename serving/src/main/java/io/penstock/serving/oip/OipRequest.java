package io.penstock.serving.oip;

import io.penstock.serving.InferRequest;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * An inference request as the protocol's REST form said it, its tensors checked against the model.
 *
 * @param id echoed in the answer where it was given
 * @param timeout the caller's own, from the parameter {@code timeout}
 * @param priority the caller's own, from the parameter {@code priority}; 0 where it gave none
 * @param outputs what is wanted, in its order; empty for all
 * @param binaryByDefault whether outputs that are not named come in binary
 * @param memory holds the inputs; {@link #close} gives the count back
 */
public record OipRequest(
        Optional<String> id,
        Optional<Duration> timeout,
        long priority,
        SequencedMap<String, Tensor> inputs,
        List<RequestedOutput> outputs,
        boolean binaryByDefault,
        TensorLease memory)
        implements AutoCloseable {
    public OipRequest {
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
        outputs = List.copyOf(outputs);
    }

    /** The request as models take it; its memory stays this request's. */
    public InferRequest toInferRequest(Deadline limit) {
        Deadline deadline = timeout.map(Deadline::after).map(limit::earlier).orElse(limit);
        return new InferRequest(
                        inputs, outputs.stream().map(RequestedOutput::name).toList(), deadline, memory)
                .withPriority(priority);
    }

    @Override
    public void close() {
        memory.close();
    }
}
