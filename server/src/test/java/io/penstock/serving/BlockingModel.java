package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.TensorLease;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A model that answers only once it is released, and says when it was entered and when interrupted or abandoned. */
public final class BlockingModel implements TensorModel {
    public final CountDownLatch entered = new CountDownLatch(1);
    public final CountDownLatch released = new CountDownLatch(1);
    public final CountDownLatch interrupted = new CountDownLatch(1);

    /** Runs in each inference, once it may go on. */
    public volatile Runnable told = () -> {};

    public final AtomicInteger atOnce = new AtomicInteger();
    public final AtomicInteger mostAtOnce = new AtomicInteger();

    private final EchoModel echo = EchoModel.of("blocking", DataType.FP32, Shape.ANY);

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
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        entered.countDown();
        try {
            released.await();
            atOnce.decrementAndGet();
            told.run();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
        }
        return echo.infer(request);
    }

    @Override
    public Optional<Begun> begin(InferRequest request, InferCompletion completion) {
        entered.countDown();
        AtomicBoolean ended = new AtomicBoolean();
        TensorLease memory = request.memory().retain();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (ended.compareAndSet(false, true)) {
                completion.answered(echo.infer(request));
                memory.close();
            }
        });
        return Optional.of(() -> {
            boolean left = ended.compareAndSet(false, true);
            if (left) {
                memory.close();
                waiting.interrupt();
                interrupted.countDown();
            }
            return left;
        });
    }
}
