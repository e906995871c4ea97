package io.penstock.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Execution on a caller's thread, beside the worker's own. */
@Timeout(20)
class InstanceWorkerTest {
    private final TensorPool pool = new TensorPool(1 << 20, true);
    private final Semaphore permits = new Semaphore(0);
    private final FakeTensorInstance instance = new FakeTensorInstance(2, permits);
    private final ModelStatistics statistics = new ModelStatistics();
    private final DynamicBatcher batcher =
            new DynamicBatcher(new BatchPolicy(true, new Batching(4, Duration.ZERO, 4)), statistics);
    private final DeviceShares device = new DeviceShares(1);
    private final InstanceWorker worker =
            new InstanceWorker(batcher, instance, pool, device.share(1), statistics, new ShortWork());

    private final List<TensorLease> requests = new CopyOnWriteArrayList<>();

    @AfterEach
    void nothingLeaks() {
        requests.forEach(TensorLease::close);
        assertThat(pool.openLeases()).isZero();
    }

    @Test
    void answersOnTheCallersThread() throws Exception {
        permits.release(2);
        assertThat(runs(3)).isTrue();
        PendingRequest again = request(4);
        assertThat(worker.tryRun(again)).isTrue();
        try (InferResponse response = again.await()) {
            assertThat(requireNonNull(response.outputs().get("y")).data().getAtIndex(ValueLayout.JAVA_FLOAT, 0))
                    .isEqualTo(8);
        }
        assertThat(statistics.executions()).isEqualTo(2);
    }

    @Test
    void aFailureIsTheRequestsOwn() throws Exception {
        permits.release(2);
        PendingRequest negative = request(-1);
        assertThat(worker.tryRun(negative)).isTrue();
        assertThatThrownBy(negative::await).hasMessageContaining("the model failed");
        assertThat(runs(1)).isTrue();
    }

    @Test
    void doesNothingWhileTheDeviceIsInUse() throws Exception {
        permits.release(1);
        try (DeviceShares.Turn _ = device.share(1).enter()) {
            assertThat(runs(1)).isFalse();
        }
        assertThat(runs(1)).isTrue();
        assertThat(instance.batches()).hasSize(1);
    }

    @Test
    void doesNothingWhileTheInstanceIsInUseAndNothingOnceItIsUnloaded() throws Exception {
        Thread own = Thread.ofPlatform().start(worker);
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                batcher.submit(request(1)).close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        instance.awaitExecution();
        assertThat(runs(2)).isFalse();

        permits.release(8);
        caller.join();
        batcher.close();
        own.join();
        assertThat(runs(3)).isFalse();
        assertThat(instance.batches()).hasSize(1);
    }

    /** Whether it ran here; its answer is given back. */
    private boolean runs(float value) throws InterruptedException {
        PendingRequest pending = request(value);
        boolean ran = worker.tryRun(pending);
        assertThat(pending.isSettled()).isEqualTo(ran);
        if (ran) {
            pending.await().close();
        }
        return ran;
    }

    private PendingRequest request(float value) {
        TensorLease memory = pool.allocate(8);
        requests.add(memory);
        memory.memory().setAtIndex(ValueLayout.JAVA_FLOAT, 0, value);
        memory.memory().setAtIndex(ValueLayout.JAVA_FLOAT, 1, value);
        Tensor x = new Tensor(DataType.FP32, Shape.of(1, 2), memory.memory());
        InferRequest request = new InferRequest(Map.of("x", x), Deadline.after(Duration.ofSeconds(15)), memory);
        return new PendingRequest(request, 1, Batching.QueueTimeout.NONE);
    }
}
