package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A model that answers only once it is released, and says when it was entered and when interrupted. */
public final class BlockingModel implements TensorModel {
    public final CountDownLatch entered = new CountDownLatch(1);
    public final CountDownLatch released = new CountDownLatch(1);
    public final CountDownLatch interrupted = new CountDownLatch(1);

    private final TensorModel echo = EchoModel.of("blocking", DataType.FP32, Shape.ANY);

    @Override
    public String name() {
        return "blocking";
    }

    @Override
    public ModelSignature signature() {
        TensorSignature input = echo.signature().inputs().getFirst();
        return new ModelSignature(
                "penstock_echo", List.of(input), echo.signature().outputs(), Map.of());
    }

    @Override
    public ModelStatistics statistics() {
        return echo.statistics();
    }

    @Override
    public InferResponse infer(InferRequest request) throws InterruptedException {
        entered.countDown();
        try {
            released.await();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
        }
        return echo.infer(request);
    }
}
