package io.penstock.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EnsembleModelTest {
    private final TensorPool pool = new TensorPool(1 << 22, true);
    private final ModelRegistry models = new ModelRegistry();
    private final Semaphore permits = new Semaphore(1_000);
    private final BatchedModel twice = new BatchedModel(
            "twice",
            List.of(new FakeTensorInstance(1, permits), new FakeTensorInstance(1, permits)),
            new Batching(1, Duration.ZERO, 16),
            pool,
            new DeviceShares(2).share(1));

    EnsembleModelTest() {
        models.put(twice);
    }

    @AfterEach
    void nothingLeaks() {
        twice.close();
        assertThat(pool.openLeases()).isZero();
    }

    @Test
    void stepsFollowTheirTensors() throws Exception {
        EnsembleModel model =
                ensemble(List.of("eight", "two"), step("four", "eight"), step("in", "two"), step("two", "four"));

        assertThat(call(model, 1.5f, List.of())).isEqualTo(Map.of("eight", 12f, "two", 3f));
        assertThat(call(model, 1.5f, List.of("eight"))).isEqualTo(Map.of("eight", 12f));
        assertThat(model.models()).containsExactly("twice");
        assertThat(model.statistics().requestsSucceeded()).isEqualTo(2);
    }

    @Test
    void stepsThatDoNotNeedEachOtherRunAtOnce() throws Exception {
        permits.drainPermits();
        EnsembleModel model = ensemble(List.of("a", "b"), step("in", "a"), step("in", "b"));
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                call(model, 1, List.of());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        while (twice.statistics().queueDepth() > 0 || permits.getQueueLength() < 2) {
            Thread.onSpinWait();
        }
        permits.release(2);
        caller.join();
        assertThat(model.statistics().requestsSucceeded()).isEqualTo(1);
    }

    @Test
    void batchesOfSeveralCallersShareAnExecutionAndEachGetsItsOwnBack() throws Exception {
        Semaphore gate = new Semaphore(0);
        FakeTensorInstance instance = new FakeTensorInstance(1, gate);
        BatchedModel joining = new BatchedModel(
                "joining",
                List.of(instance),
                new Batching(8, Duration.ofSeconds(10), 16),
                pool,
                new DeviceShares(2).share(1));
        models.put(joining);
        try {
            EnsembleModel model = new EnsembleModel(
                    "both",
                    "1",
                    new ModelSignature("ensemble", List.of(signature("in")), List.of(signature("out")), Map.of()),
                    List.of(
                            new EnsembleModel.Step(
                                    "joining",
                                    "",
                                    new LinkedHashMap<>(Map.of("x", "in")),
                                    new LinkedHashMap<>(Map.of("y", "mid"))),
                            step("mid", "out")),
                    models);
            FutureTask<List<Float>> three = new FutureTask<>(() -> batch(model, 1, 2, 3));
            FutureTask<List<Float>> five = new FutureTask<>(() -> batch(model, 4, 5, 6, 7, 8));
            Thread.ofVirtual().start(three);
            Thread.ofVirtual().start(five);
            gate.release(2);
            assertThat(three.get()).containsExactly(4f, 8f, 12f);
            assertThat(five.get()).containsExactly(16f, 20f, 24f, 28f, 32f);
            assertThat(instance.batches()).as("both callers in one execution").containsExactly(8L);
            assertThat(model.statistics().items()).isEqualTo(8);
            assertThat(model.statistics().executions()).isEqualTo(2);
        } finally {
            gate.release(100);
            joining.close();
        }
    }

    private List<Float> batch(EnsembleModel model, float... values) throws InterruptedException {
        try (TensorLease memory = pool.allocate(4L * values.length)) {
            MemorySegment bytes = memory.memory().asSlice(0, 4L * values.length);
            bytes.copyFrom(MemorySegment.ofArray(values));
            SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
            inputs.put("in", new Tensor(DataType.FP32, Shape.of(values.length, 1), bytes));
            try (InferResponse response =
                    model.infer(new InferRequest(inputs, List.of(), Deadline.after(Duration.ofSeconds(15)), memory))) {
                Tensor out = requireNonNull(response.outputs().get("out"));
                assertThat(out.shape()).isEqualTo(Shape.of(values.length, 1));
                List<Float> got = new ArrayList<>();
                for (float value : out.data().toArray(ValueLayout.JAVA_FLOAT)) {
                    got.add(value);
                }
                return got;
            }
        }
    }

    @Test
    void aStepThatFailsFailsTheCallAndHoldsNothing() {
        EnsembleModel model = ensemble(List.of("a", "b"), step("in", "a"), step("in", "b"));

        assertThatThrownBy(() -> call(model, -1, List.of()))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
        models.remove("twice");
        assertThatThrownBy(() -> call(model, 1, List.of()))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThat(model.statistics().requestsFailed()).isEqualTo(2);
    }

    @Test
    void tensorsFromNowhereAndFromTwoPlacesAreRefused() {
        assertThatThrownBy(() -> ensemble(List.of("out"), step("mid", "out")))
                .hasMessageContaining("mid, which no step before it gives");
        assertThatThrownBy(() -> ensemble(List.of("out"), step("in", "out"), step("in", "out")))
                .hasMessageContaining("tensor out comes from more than one place");
        assertThatThrownBy(() -> ensemble(List.of("out"), step("in", "other")))
                .hasMessageContaining("output out comes from no step");
    }

    private EnsembleModel ensemble(List<String> outputs, EnsembleModel.Step... steps) {
        return new EnsembleModel(
                "both",
                "1",
                new ModelSignature(
                        "ensemble",
                        List.of(signature("in")),
                        outputs.stream().map(EnsembleModelTest::signature).toList(),
                        Map.of()),
                List.of(steps),
                models);
    }

    private static TensorSignature signature(String name) {
        return new TensorSignature(name, DataType.FP32, Shape.of(Shape.ANY, 1));
    }

    private static EnsembleModel.Step step(String from, String to) {
        return new EnsembleModel.Step(
                "twice", "", new LinkedHashMap<>(Map.of("x", from)), new LinkedHashMap<>(Map.of("y", to)));
    }

    private Map<String, Float> call(EnsembleModel model, float value, List<String> outputs)
            throws InterruptedException {
        try (TensorLease memory = pool.allocate(4)) {
            memory.memory().setAtIndex(ValueLayout.JAVA_FLOAT, 0, value);
            SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
            inputs.put(
                    "in",
                    new Tensor(DataType.FP32, Shape.of(1, 1), memory.memory().asSlice(0, 4)));
            try (InferResponse response =
                    model.infer(new InferRequest(inputs, outputs, Deadline.after(Duration.ofSeconds(15)), memory))) {
                Map<String, Float> values = new LinkedHashMap<>();
                response.outputs()
                        .keySet()
                        .forEach(name -> values.put(
                                name,
                                requireNonNull(response.outputs().get(name))
                                        .data()
                                        .getAtIndex(ValueLayout.JAVA_FLOAT, 0)));
                return values;
            }
        }
    }
}
