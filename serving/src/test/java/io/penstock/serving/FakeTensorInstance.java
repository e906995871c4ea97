package io.penstock.serving;

import static java.util.Objects.requireNonNull;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/** A model {@code x} FP32[-1,n] to {@code y} FP32[-1,n] that doubles, waits for permits, and notes each batch's size. */
public final class FakeTensorInstance implements TensorInstance {
    private final ModelSignature signature;
    private final Semaphore permits;
    private final List<Long> batches = new CopyOnWriteArrayList<>();
    private final Semaphore entered = new Semaphore(0);

    /** @param permits how many executions may begin; more are released by the test */
    public FakeTensorInstance(long width, Semaphore permits) {
        this.permits = permits;
        this.signature = new ModelSignature(
                "fake",
                List.of(new TensorSignature("x", DataType.FP32, Shape.of(Shape.ANY, width))),
                List.of(new TensorSignature("y", DataType.FP32, Shape.of(Shape.ANY, width))),
                Map.of());
    }

    @Override
    public ModelSignature signature() {
        return signature;
    }

    @Override
    public Outputs execute(Map<String, Tensor> inputs, TensorPool pool) {
        entered.release();
        permits.acquireUninterruptibly();
        Tensor x = requireNonNull(inputs.get("x"));
        batches.add(x.shape().dimension(0));
        TensorLease memory = pool.allocate(x.byteSize());
        for (long i = 0; i < x.byteSize() / 4; i++) {
            float value = x.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (value < 0) {
                memory.close();
                throw new IllegalStateException("a negative number");
            }
            memory.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * value);
        }
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        outputs.put("y", new Tensor(DataType.FP32, x.shape(), memory.memory()));
        return new Outputs(outputs, memory);
    }

    public List<Long> batches() {
        return batches;
    }

    /** Waits until one more execution has begun. */
    public void awaitExecution() throws InterruptedException {
        entered.acquire();
    }

    @Override
    public void close() {}
}
