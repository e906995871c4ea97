package io.penstock.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BatchedModelTest {
    private static final Duration LONG = Duration.ofSeconds(15);

    private final TensorPool pool = new TensorPool(1 << 24, true);
    private final Semaphore permits = new Semaphore(0);
    private final FakeTensorInstance instance = new FakeTensorInstance(2, permits);
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void nothingLeaks() throws Exception {
        callers.shutdownNow();
        assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(pool.openLeases()).isZero();
    }

    @Test
    void joinsWhatWaitsAndGivesEachCallerItsShare() throws Exception {
        try (BatchedModel model = model(8, Duration.ZERO, 16)) {
            List<Future<List<Float>>> answers = new ArrayList<>();
            answers.add(callers.submit(() -> call(model, 1, 1)));
            instance.awaitExecution();
            for (int i = 2; i <= 5; i++) {
                int value = i;
                answers.add(callers.submit(() -> call(model, value, value == 3 ? 2 : 1)));
            }
            awaitQueued(model, 4);
            permits.release(2);

            assertThat(answers.get(0).get()).containsExactly(2f, 2f);
            assertThat(answers.get(1).get()).containsExactly(4f, 4f);
            assertThat(answers.get(2).get()).containsExactly(6f, 6f, 6f, 6f);
            assertThat(answers.get(4).get()).containsExactly(10f, 10f);
            assertThat(instance.batches()).containsExactly(1L, 5L);
            assertThat(model.statistics().executions()).isEqualTo(2);
            assertThat(model.statistics().items()).isEqualTo(6);
        }
    }

    @Test
    void refusesRequestWhenQueueIsFull() throws Exception {
        try (BatchedModel model = model(1, Duration.ZERO, 1)) {
            Future<List<Float>> running = callers.submit(() -> call(model, 1, 1));
            instance.awaitExecution();
            Future<List<Float>> waiting = callers.submit(() -> call(model, 2, 1));
            awaitQueued(model, 1);

            assertThatThrownBy(() -> call(model, 3, 1))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL));

            permits.release(2);
            assertThat(running.get()).containsExactly(2f, 2f);
            assertThat(waiting.get()).containsExactly(4f, 4f);
        }
    }

    @Test
    void leavesOutWhoseDeadlineHasPassedOrWhoHasLeft() throws Exception {
        try (BatchedModel model = model(8, Duration.ZERO, 16)) {
            Future<List<Float>> running = callers.submit(() -> call(model, 1, 1));
            instance.awaitExecution();
            Future<List<Float>> late = callers.submit(() -> call(model, 2, Duration.ofMillis(30), 1));
            Future<List<Float>> left = callers.submit(() -> call(model, 3, 1));
            awaitQueued(model, 2);
            assertThatThrownBy(late::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
            left.cancel(true);
            awaitQueued(model, 0);
            permits.release(10);

            assertThat(running.get()).containsExactly(2f, 2f);
            assertThat(call(model, 4, 1)).containsExactly(8f, 8f);
            assertThat(instance.batches()).containsExactly(1L, 1L);
        }
    }

    @Test
    void keepsMemoryUnderARunningCallWhoseCallerHasLeft() throws Exception {
        try (BatchedModel model = model(8, Duration.ZERO, 16)) {
            Future<List<Float>> running = callers.submit(() -> call(model, 7, Duration.ofMillis(30), 1));
            instance.awaitExecution();
            assertThatThrownBy(running::get).hasRootCauseMessage("no answer before the deadline");

            assertThat(pool.openLeases()).as("the worker still reads the input").isEqualTo(1);
            permits.release(1);
        }
    }

    @Test
    void oneFailureAnswersEveryCallerAndTheNextRequestWorks() throws Exception {
        permits.release(100);
        try (BatchedModel model = model(8, Duration.ZERO, 16)) {
            assertThatThrownBy(() -> call(model, -1, 1))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
            assertThat(call(model, 3, 1)).containsExactly(6f, 6f);
            assertThat(model.statistics().requestsFailed()).isEqualTo(1);
        }
    }

    @Test
    void waitsForOthersFromTheOldestArrivalOn() throws Exception {
        permits.release(100);
        try (BatchedModel model = model(2, Duration.ofSeconds(10), 16)) {
            Future<List<Float>> first = callers.submit(() -> call(model, 1, 1));
            Future<List<Float>> second = callers.submit(() -> call(model, 2, 1));

            assertThat(first.get()).hasSize(2);
            assertThat(second.get()).hasSize(2);
            assertThat(instance.batches()).as("a full batch does not wait").containsExactly(2L);
        }
    }

    @Test
    void refusesInputsThatDoNotFit() {
        try (BatchedModel model = model(8, Duration.ZERO, 16);
                TensorLease memory = pool.allocate(12)) {
            Tensor wrong = new Tensor(DataType.FP32, Shape.of(1, 3), memory.memory());
            assertThatThrownBy(() -> model.infer(new InferRequest(Map.of("x", wrong), Deadline.after(LONG), memory)))
                    .hasMessageContaining("input x must be FP32[-1,2], not FP32[1,3]");
            assertThatThrownBy(() -> model.infer(new InferRequest(Map.of("z", wrong), Deadline.after(LONG), memory)))
                    .hasMessageContaining("input x is missing");
        }
    }

    @Test
    void closingFinishesWhatWaitsAndRefusesAnythingNew() throws Exception {
        BatchedModel model = model(1, Duration.ZERO, 16);
        Future<List<Float>> running = callers.submit(() -> call(model, 1, 1));
        instance.awaitExecution();
        Future<List<Float>> waiting = callers.submit(() -> call(model, 2, 1));
        awaitQueued(model, 1);
        Future<?> closing = callers.submit(model::close);
        permits.release(10);

        assertThat(running.get()).containsExactly(2f, 2f);
        assertThat(waiting.get()).containsExactly(4f, 4f);
        closing.get();
        assertThatThrownBy(() -> call(model, 3, 1))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
    }

    @Test
    void theMoreUrgentGoesFirst() throws Exception {
        try (BatchedModel model = model(1, Duration.ZERO, 16)) {
            Future<List<Float>> running = callers.submit(() -> call(model, 1, 1));
            instance.awaitExecution();
            Future<List<Float>> usual = callers.submit(() -> call(model, 2, 0L, 3));
            awaitQueued(model, 1);
            Future<List<Float>> urgent = callers.submit(() -> call(model, 3, 1L, 2));
            awaitQueued(model, 2);
            permits.release(3);

            running.get();
            usual.get();
            urgent.get();
            assertThat(instance.batches()).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void nobodyIsOvertakenForever() throws Exception {
        try (BatchedModel model = model(1, Duration.ZERO, 16)) {
            Future<List<Float>> running = callers.submit(() -> call(model, 1, 1));
            instance.awaitExecution();
            Future<List<Float>> lowest = callers.submit(() -> call(model, 2, 9L, 3));
            awaitQueued(model, 1);
            awaitPassing(Batching.Priorities.HEAD_START.multipliedBy(9));
            Future<List<Float>> urgent = callers.submit(() -> call(model, 3, 1L, 2));
            awaitQueued(model, 2);
            permits.release(3);

            running.get();
            lowest.get();
            urgent.get();
            assertThat(instance.batches()).containsExactly(1L, 3L, 2L);
        }
    }

    @Test
    void aPreferredSizeWaitsForNoMore() throws Exception {
        Batching four = new Batching(8, LONG, 16, List.of(4), Batching.Priorities.NONE, Batching.QueueTimeout.NONE);
        try (BatchedModel model = model(four)) {
            permits.release(10);
            List<Future<List<Float>>> answers = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                int value = i;
                answers.add(callers.submit(() -> call(model, value, 1)));
            }
            for (Future<List<Float>> answer : answers) {
                assertThat(answer.get(5, TimeUnit.SECONDS)).hasSize(2);
            }
            assertThat(instance.batches()).containsExactly(4L);
        }
    }

    @Test
    void whoWaitsTooLongIsRefusedBeforeItsDeadline() throws Exception {
        Batching.QueueTimeout soon =
                new Batching.QueueTimeout(Duration.ofMillis(30), Batching.QueueTimeout.Action.REJECT);
        try (BatchedModel model =
                model(new Batching(1, Duration.ZERO, 16, List.of(), Batching.Priorities.NONE, soon))) {
            Future<List<Float>> running = callers.submit(() -> call(model, 1, 1));
            instance.awaitExecution();

            assertThatThrownBy(() -> call(model, 2, 1))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED))
                    .hasMessageContaining("longer in the queue");

            permits.release(1);
            assertThat(running.get()).as("who runs is not late").containsExactly(2f, 2f);
        }
    }

    @Test
    void aLevelOfUrgencyMayHaveAQueueAndATimeOfItsOwn() throws Exception {
        Batching.QueueTimeout soon =
                new Batching.QueueTimeout(Duration.ofMillis(30), Batching.QueueTimeout.Action.REJECT);
        Batching levels = new Batching(
                1,
                Duration.ZERO,
                16,
                List.of(),
                new Batching.Priorities(3, 2),
                Batching.QueueTimeout.NONE,
                Map.of(
                        1, new Batching.LevelQueue(Batching.QueueTimeout.NONE, 1),
                        3, new Batching.LevelQueue(soon, 16)));
        try (BatchedModel model = model(levels)) {
            Future<List<Float>> running = callers.submit(() -> call(model, 1, 1));
            instance.awaitExecution();
            Future<List<Float>> urgent = callers.submit(() -> call(model, 2, 1, 1));
            awaitQueued(model, 1);
            assertThatThrownBy(() -> call(model, 3, 1, 1))
                    .as("the one place of level 1 is taken")
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL))
                    .hasMessageContaining("queue of priority 1 is full: 1 requests");
            Future<List<Float>> usual = callers.submit(() -> call(model, 4, 1));
            awaitQueued(model, 2);
            assertThatThrownBy(() -> call(model, 5, 3, 1))
                    .as("level 3 may wait 30 ms alone")
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED))
                    .hasMessageContaining("longer in the queue");
            permits.release(3);
            assertThat(running.get()).containsExactly(2f, 2f);
            assertThat(urgent.get()).containsExactly(4f, 4f);
            assertThat(usual.get()).as("the others wait as long as they like").containsExactly(8f, 8f);
        }
    }

    @Test
    void whoMayBeDelayedGoesBehindThoseInTime() throws Exception {
        Batching.QueueTimeout soon =
                new Batching.QueueTimeout(Duration.ofMillis(30), Batching.QueueTimeout.Action.DELAY);
        try (BatchedModel model =
                model(new Batching(1, Duration.ZERO, 16, List.of(), Batching.Priorities.NONE, soon))) {
            Future<List<Float>> running = callers.submit(() -> call(model, 1, 1));
            instance.awaitExecution();
            Future<List<Float>> late = callers.submit(() -> call(model, 2, 3));
            awaitQueued(model, 1);
            awaitPassing(soon.after().multipliedBy(2));
            Future<List<Float>> inTime = callers.submit(() -> call(model, 3, 2));
            awaitQueued(model, 2);
            permits.release(2);
            assertThat(inTime.get()).hasSize(4);
            assertThat(late.isDone()).isFalse();
            permits.release(1);

            assertThat(late.get()).hasSize(6);
            running.get();
        }
    }

    @Test
    void whoDoesNotWaitIsToldOnceHowItEnded() throws Exception {
        permits.release(2);
        try (BatchedModel model = model(8, Duration.ZERO, 16)) {
            assertThat(begin(model, 3, LONG).end().get()).isEqualTo(6f);
            Begin negative = begin(model, -1, LONG);
            assertThatThrownBy(negative.end()::get).hasRootCauseMessage("a negative number");
            assertThat(negative.begun().abandon()).as("it has ended").isFalse();
            assertThat(model.statistics().requestsSucceeded()).isEqualTo(1);
            assertThat(model.statistics().requestsFailed()).isEqualTo(1);
        }
    }

    @Test
    void whatIsAbandonedCostsNothingMore() throws Exception {
        try (BatchedModel model = model(1, Duration.ZERO, 2)) {
            Begin running = begin(model, 1, LONG);
            instance.awaitExecution();
            Begin waiting = begin(model, 2, LONG);
            Begin late = begin(model, 3, Duration.ofNanos(1));
            assertThatThrownBy(() -> begin(model, 4, LONG)).hasMessageContaining("queue is full");

            assertThat(waiting.begun().abandon()).isTrue();
            assertThat(waiting.begun().abandon()).as("a second time").isFalse();
            assertThat(running.begun().abandon()).isTrue();
            permits.release(10);

            assertThatThrownBy(late.end()::get).hasMessageContaining("waited in the queue");
            assertThat(call(model, 5, 1)).containsExactly(10f, 10f);
            assertThat(instance.batches()).containsExactly(1L, 1L);
            assertThat(running.end()).as("nobody is told").isNotDone();
            assertThat(waiting.end()).isNotDone();
            assertThat(model.statistics().requestsFailed()).isEqualTo(4);
        }
    }

    private record Begin(Begun begun, CompletableFuture<Float> end) {}

    /** One item, whose first element is the answer. */
    private Begin begin(BatchedModel model, float value, Duration timeout) {
        CompletableFuture<Float> end = new CompletableFuture<>();
        try (TensorLease memory = pool.allocate(8)) {
            memory.memory().setAtIndex(ValueLayout.JAVA_FLOAT, 0, value);
            memory.memory().setAtIndex(ValueLayout.JAVA_FLOAT, 1, value);
            Tensor x = new Tensor(DataType.FP32, Shape.of(1, 2), memory.memory());
            InferRequest request = new InferRequest(Map.of("x", x), Deadline.after(timeout), memory);
            Begun begun = model.begin(request, new InferCompletion() {
                        @Override
                        public void answered(InferResponse response) {
                            try (response) {
                                end.complete(requireNonNull(response.outputs().get("y"))
                                        .data()
                                        .getAtIndex(ValueLayout.JAVA_FLOAT, 0));
                            }
                        }

                        @Override
                        public void failed(ServingException failure) {
                            end.completeExceptionally(failure);
                        }
                    })
                    .orElseThrow();
            return new Begin(begun, end);
        }
    }

    private BatchedModel model(int maxBatchSize, Duration delay, int capacity) {
        return model(new Batching(maxBatchSize, delay, capacity));
    }

    private BatchedModel model(Batching batching) {
        return new BatchedModel("twice", List.of(instance), batching, pool, new DeviceShares(2).share(1));
    }

    private static void awaitPassing(Duration time) {
        for (long until = System.nanoTime() + time.toNanos(); System.nanoTime() < until; ) {
            Thread.onSpinWait();
        }
    }

    private static void awaitQueued(BatchedModel model, int count) {
        while (model.statistics().queueDepth() != count) {
            Thread.onSpinWait();
        }
    }

    private List<Float> call(BatchedModel model, float value, int items) throws InterruptedException {
        return call(model, value, LONG, items);
    }

    private List<Float> call(BatchedModel model, float value, long priority, int items) throws InterruptedException {
        return call(model, value, LONG, priority, items);
    }

    private List<Float> call(BatchedModel model, float value, Duration timeout, int items) throws InterruptedException {
        return call(model, value, timeout, 0, items);
    }

    private List<Float> call(BatchedModel model, float value, Duration timeout, long priority, int items)
            throws InterruptedException {
        try (TensorLease memory = pool.allocate(8L * items)) {
            for (int i = 0; i < 2 * items; i++) {
                memory.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
            }
            Tensor x = new Tensor(DataType.FP32, Shape.of(items, 2), memory.memory());
            try (InferResponse response = model.infer(
                    new InferRequest(Map.of("x", x), Deadline.after(timeout), memory).withPriority(priority))) {
                List<Float> values = new ArrayList<>();
                for (int i = 0; i < 2 * items; i++) {
                    values.add(
                            requireNonNull(response.outputs().get("y")).data().getAtIndex(ValueLayout.JAVA_FLOAT, i));
                }
                return values;
            }
        }
    }
}
