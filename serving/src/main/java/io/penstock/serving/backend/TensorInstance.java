package io.penstock.serving.backend;

import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.util.Map;
import java.util.SequencedMap;

/** Tensors in, tensors out. */
public non-sealed interface TensorInstance extends ModelInstance {
    ModelSignature signature();

    /**
     * Executes once, on the calling thread. The inputs' memory must stay held until it returns.
     *
     * @param inputs one for each input of the signature, of its type and a shape it accepts
     * @param pool where the outputs' memory comes from
     * @throws ServingException if the backend refuses the inputs or fails
     */
    Outputs execute(Map<String, Tensor> inputs, TensorPool pool);

    /**
     * What one execution gave.
     *
     * @param tensors in the signature's order; views of {@code memory}
     * @param memory the caller closes it
     */
    record Outputs(SequencedMap<String, Tensor> tensors, TensorLease memory) {}
}
