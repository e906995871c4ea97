package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Frame;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PipelineRunnerTest {
    private final TensorPool pool = new TensorPool(1 << 24, true);
    private final CpuPool cpu = new CpuPool(2);
    private final LiveStream stream = new LiveStream("gate", new StreamCounters());
    private final FrameQueue queue = new MemoryFrameQueue(64);
    private final BlockingQueue<Long> written = new LinkedBlockingQueue<>();
    private final AtomicInteger openPictures = new AtomicInteger();

    @AfterEach
    void nothingLeaks() {
        cpu.close();
        assertThat(openPictures).hasValue(0);
        assertThat(pool.openLeases()).isZero();
    }

    @Test
    void deliversInTheOrderOfFramesThoughTheyFinishInAnother() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        PipelineRunner runner = run(index -> {
            if (index == 0) {
                second.await();
            } else {
                second.countDown();
            }
        });
        offer(0, 1, 2, 3);
        finish(runner);

        assertThat(written).containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void passesOverFramesThatFailAndCountsEachOnce() {
        PipelineRunner runner = run(index -> {
            if (index % 3 == 1) {
                throw new IllegalStateException("no answer");
            }
        });
        offer(0, 1, 2, 3, 4, 5);
        finish(runner);

        assertThat(written).containsExactly(0L, 2L, 3L, 5L);
        StreamCounters counters = stream.counters();
        assertThat(counters.inferred()).isEqualTo(4);
        assertThat(counters.droppedFailed()).isEqualTo(2);
        assertThat(counters.captured()).isEqualTo(6);
        assertThat(counters.inFlight()).isZero();
    }

    @Test
    void dropsFramesThatWaitedLongerThanTheLatencyTarget() {
        Frame old = frame(0, System.nanoTime() - Duration.ofSeconds(5).toNanos());
        stream.counters().countCaptured();
        assertThat(queue.offer(old)).isEmpty();
        PipelineRunner runner = run(index -> {});
        offer(1);
        finish(runner);

        assertThat(written).containsExactly(1L);
        assertThat(stream.counters().droppedTooOld()).isEqualTo(1);
        assertThat(stream.counters().inFlight()).isZero();
    }

    @Test
    void figuresBalanceWhenTheQueueOverflows() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        FrameQueue small = new MemoryFrameQueue(2);
        PipelineRunner runner = new PipelineRunner(
                pipeline(index -> go.await()), small, List.of(sink()), new PipelineRunner.Limits(1, Optional.empty()));
        for (long index = 0; index < 10; index++) {
            stream.counters().countCaptured();
            small.offer(frame(index, System.nanoTime())).ifPresent(runner::dropped);
        }
        go.countDown();
        small.close();
        runner.close();

        StreamCounters counters = stream.counters();
        assertThat(counters.captured())
                .isEqualTo(counters.inferred() + counters.droppedQueueFull() + counters.droppedFailed());
        assertThat(counters.droppedQueueFull()).isGreaterThanOrEqualTo(7);
        assertThat(new ArrayList<>(written)).isSorted();
    }

    @Test
    void takesEachStreamsFramesInOrderThroughStepsThatRemember() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        CountingStep counting = new CountingStep();
        PipelineRunner runner = new PipelineRunner(
                pipeline(
                        index -> {
                            if (index == 0) {
                                second.await();
                            } else if (index == 2) {
                                throw new IllegalStateException("frame 2 fails");
                            } else {
                                second.countDown();
                            }
                        },
                        List.of(counting)),
                queue,
                List.of(sink()),
                new PipelineRunner.Limits(4, Optional.of(Duration.ofSeconds(2))));
        offer(0, 1, 2, 3);
        finish(runner);

        assertThat(counting.seen).containsExactly("0 after 0", "1 after 1", "3 after 2");
        assertThat(written).containsExactly(0L, 1L, 3L);
        assertThat(stream.counters().droppedFailed()).isEqualTo(1);
    }

    @Test
    void countsAFrameAsFailedWhoseStepInOrderFails() {
        MapStep broken = exchange -> {
            throw new IllegalStateException("no");
        };
        PipelineRunner runner = new PipelineRunner(
                pipeline(index -> {}, List.of(new CountingStep(), broken)),
                queue,
                List.of(sink()),
                new PipelineRunner.Limits(4, Optional.of(Duration.ofSeconds(2))));
        offer(0, 1);
        finish(runner);

        assertThat(stream.counters().droppedFailed()).isEqualTo(2);
        assertThat(stream.counters().inferred()).isZero();
    }

    @Test
    void requestsPassStepsThatRememberAlone() throws Exception {
        CountingStep counting = new CountingStep();
        StepPipeline steps = pipeline(index -> {}, List.of(counting));
        steps.infer("r", frame(0, 0).picture(), Deadline.after(Duration.ofSeconds(5)))
                .close();
        steps.infer("r", frame(0, 0).picture(), Deadline.after(Duration.ofSeconds(5)))
                .close();

        assertThat(counting.seen).containsExactly("alone", "alone");
    }

    @Test
    void framesWaitBesideOneAnotherBehindStepsThatRememberAndComeOutInOrder() throws Exception {
        CountDownLatch third = new CountDownLatch(1);
        CountingStep counting = new CountingStep();
        CallStep waiting = (exchange, _) -> {
            int index = exchange.picture().width() - 1;
            if (index == 0) {
                third.await();
            } else if (index == 1) {
                throw new IllegalStateException("frame 1 fails");
            } else if (index == 2) {
                third.countDown();
            }
        };
        PipelineRunner runner = new PipelineRunner(
                pipeline(index -> {}, List.of(counting, waiting)),
                queue,
                List.of(sink()),
                new PipelineRunner.Limits(3, Optional.of(Duration.ofSeconds(2))));
        offer(0, 1, 2, 3, 4, 5, 6);
        finish(runner);

        assertThat(counting.seen).hasSize(7).startsWith("0 after 0", "1 after 1", "2 after 2");
        assertThat(written).containsExactly(0L, 2L, 3L, 4L, 5L, 6L);
        assertThat(stream.counters().droppedFailed()).isEqualTo(1);
        assertThat(stream.counters().inFlight()).isZero();
    }

    @Test
    void callsInTheMidstOfStepsThatRememberKeepTheOrder() throws Exception {
        List<Integer> called = new CopyOnWriteArrayList<>();
        CountingStep after = new CountingStep();
        PipelineRunner runner = new PipelineRunner(
                pipeline(
                        index -> {},
                        List.of(
                                new CountingStep(),
                                (CallStep) (exchange, _) ->
                                        called.add(exchange.picture().width() - 1),
                                after)),
                queue,
                List.of(sink()),
                new PipelineRunner.Limits(4, Optional.of(Duration.ofSeconds(2))));
        offer(0, 1, 2, 3);
        finish(runner);

        assertThat(called).containsExactly(0, 1, 2, 3);
        assertThat(after.seen).containsExactly("0 after 0", "1 after 1", "2 after 2", "3 after 3");
    }

    /** Notes how many frames of the stream came before each. */
    private static final class CountingStep implements StreamStep {
        private final List<String> seen = new CopyOnWriteArrayList<>();

        @Override
        public Memory begin() {
            AtomicInteger before = new AtomicInteger();
            return (_, moment) -> seen.add(moment.frame() + " after " + before.getAndIncrement());
        }

        @Override
        public void applyAlone(Exchange exchange) {
            seen.add("alone");
        }
    }

    private interface Work {
        void on(long index) throws InterruptedException;
    }

    private PipelineRunner run(Work work) {
        return new PipelineRunner(
                pipeline(work),
                queue,
                List.of(sink()),
                new PipelineRunner.Limits(4, Optional.of(Duration.ofSeconds(2))));
    }

    private StepPipeline pipeline(Work work) {
        return pipeline(work, List.of());
    }

    private StepPipeline pipeline(Work work, List<Step> after) {
        MapStep inputs = exchange -> {
            TensorLease memory = exchange.pool().allocate(8);
            int index = exchange.picture().width() - 1;
            memory.memory().set(ValueLayout.JAVA_LONG, 0, index);
            exchange.setInputs(Map.of(), memory);
        };
        FakeTensorModel model = new FakeTensorModel(
                pool, request -> work.on(request.memory().memory().get(ValueLayout.JAVA_LONG, 0)));
        return new StepPipeline(
                "street",
                model,
                List.of(inputs),
                after,
                new StepPipeline.Shared(cpu, pool, new RunningPipelines()),
                List.of(stream));
    }

    private Sink sink() {
        return new Sink() {
            @Override
            public void write(Result result, Picture picture) {
                written.add(result.origin().orElseThrow().frame());
            }

            @Override
            public void close() {}
        };
    }

    private void offer(long... indices) {
        for (long index : indices) {
            stream.counters().countCaptured();
            assertThat(queue.offer(frame(index, System.nanoTime()))).isEmpty();
        }
    }

    /** The picture's width carries the index, so that the fake model can tell frames apart. */
    private Frame frame(long index, long capturedNanos) {
        openPictures.incrementAndGet();
        Picture plain = Picture.rgb((int) index + 1, 1, MemorySegment.ofArray(new byte[3 * 64]));
        Picture picture = new Picture(
                plain.width(), 1, plain.format(), plain.colourSpace(), plain.planes(), openPictures::decrementAndGet);
        return new Frame("gate", 5, index, Instant.EPOCH, Duration.ZERO, capturedNanos, picture);
    }

    private void finish(PipelineRunner runner) {
        queue.close();
        runner.close();
    }
}
