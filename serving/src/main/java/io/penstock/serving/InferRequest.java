package io.penstock.serving;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * One inference: named input tensors, the outputs that are wanted, and the time by which the answer is needed.
 *
 * @param id the caller's name for it, where results are kept; empty where it has none
 * @param inputs in the order they were sent; views of {@code memory}
 * @param outputs names of the wanted outputs, in their order; empty for all
 * @param priority the caller's own, 1 the most urgent; 0 where it gave none
 * @param memory holds the inputs; whoever made the request closes it once the call has returned
 */
public record InferRequest(
        String id,
        SequencedMap<String, Tensor> inputs,
        List<String> outputs,
        Deadline deadline,
        long priority,
        TensorLease memory) {
    public InferRequest {
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
        outputs = List.copyOf(outputs);
    }

    public InferRequest(
            String id,
            SequencedMap<String, Tensor> inputs,
            List<String> outputs,
            Deadline deadline,
            TensorLease memory) {
        this(id, inputs, outputs, deadline, 0, memory);
    }

    public InferRequest(
            SequencedMap<String, Tensor> inputs, List<String> outputs, Deadline deadline, TensorLease memory) {
        this("", inputs, outputs, deadline, memory);
    }

    public InferRequest(Map<String, Tensor> inputs, Deadline deadline, TensorLease memory) {
        this(new LinkedHashMap<>(inputs), List.of(), deadline, memory);
    }

    public InferRequest withId(String given) {
        return new InferRequest(given, inputs, outputs, deadline, priority, memory);
    }

    public InferRequest withPriority(long wanted) {
        return new InferRequest(id, inputs, outputs, deadline, wanted, memory);
    }
}
