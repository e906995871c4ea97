package io.penstock.serving.oip;

import io.penstock.serving.tensor.TensorLease;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * An answer's bytes: the JSON, then the binary tensors, which are views of the inference's own memory.
 *
 * @param jsonBytes how much of {@code json} is the JSON
 * @param tensors to be sent behind the JSON, in this order; if there is one, the answer carries the length of its JSON
 *     in {@code Inference-Header-Content-Length}
 * @param outputs what the tensors view beside the inference's memory
 */
public record OipAnswer(TensorLease json, long jsonBytes, List<MemorySegment> tensors, AnswerOutputs outputs)
        implements AutoCloseable {
    public OipAnswer {
        tensors = List.copyOf(tensors);
    }

    public boolean isBinary() {
        return !tensors.isEmpty();
    }

    /** Gives the memory of the JSON and of classes back; the tensors' is the inference's. */
    @Override
    public void close() {
        json.close();
        outputs.close();
    }
}
