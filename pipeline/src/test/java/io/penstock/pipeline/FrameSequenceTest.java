package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Frame;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FrameSequenceTest {
    private final TensorPool pool = new TensorPool(1 << 20, true);
    private final CpuPool cpu = new CpuPool(2);
    private final AtomicInteger openPictures = new AtomicInteger();

    @AfterEach
    void nothingLeaks() {
        cpu.close();
        assertThat(openPictures).hasValue(0);
        assertThat(pool.openLeases()).isZero();
    }

    /** Frames of one call wait for one another in the model, so that all must be there at once. */
    @Test
    void framesAreWorkedOnSideBySideAndRememberedInTheirOrder() throws Exception {
        CyclicBarrier three = new CyclicBarrier(3);
        List<Integer> seen = new ArrayList<>();
        FrameSequence sequence = pipeline(
                        _ -> {
                            try {
                                three.await(10, TimeUnit.SECONDS);
                            } catch (java.util.concurrent.BrokenBarrierException
                                    | java.util.concurrent.TimeoutException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        seen)
                .sequence();
        List<Result> results = new ArrayList<>();
        for (int call = 0; call < 2; call++) {
            List<Answer> answers = sequence.infer(frames(3 * call, 3), Deadline.after(Duration.ofSeconds(10)));
            answers.forEach(answer -> results.add(answer.result()));
            answers.forEach(Answer::close);
        }
        assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(results).extracting(Result::id).startsWith("street/a.mp4/7/0", "street/a.mp4/7/1");
        assertThat(results)
                .extracting(result -> result.origin().flatMap(Result.Origin::time))
                .endsWith(Optional.of(Duration.ofMillis(200)));
        assertThat(ResultJson.write(results.get(3))).contains("\"frame\":3,\"sourceSeconds\":0.12");
    }

    @Test
    void whereOneFailsNoneIsAnsweredAndEachIsGivenBack() {
        FrameSequence sequence = pipeline(
                        index -> {
                            if (index == 1) {
                                throw new IllegalStateException("frame 1 fails");
                            }
                        },
                        new ArrayList<>())
                .sequence();
        assertThatThrownBy(() -> sequence.infer(frames(0, 3), Deadline.after(Duration.ofSeconds(10))))
                .hasRootCauseMessage("frame 1 fails");
    }

    private interface Work {
        void on(int index) throws InterruptedException;
    }

    private StepPipeline pipeline(Work work, List<Integer> seen) {
        MapStep inputs = exchange -> {
            var memory = exchange.pool().allocate(8);
            memory.memory().set(ValueLayout.JAVA_INT, 0, exchange.picture().width() - 1);
            exchange.setInputs(Map.of(), memory);
        };
        StreamStep remembering = new StreamStep() {
            @Override
            public Memory begin() {
                return (exchange, moment) -> {
                    assertThat(moment.frame()).isEqualTo(exchange.picture().width() - 1L);
                    seen.add(exchange.picture().width() - 1);
                };
            }

            @Override
            public void applyAlone(Exchange exchange) {
                throw new IllegalStateException("a frame of a sequence is not alone");
            }
        };
        FakeTensorModel model = new FakeTensorModel(
                pool, request -> work.on(request.memory().memory().get(ValueLayout.JAVA_INT, 0)));
        return new StepPipeline(
                "street",
                model,
                List.of(inputs),
                List.of(remembering),
                new StepPipeline.Shared(cpu, pool, new RunningPipelines()),
                List.of());
    }

    /** As wide as their number plus one. */
    private List<Frame> frames(int from, int count) {
        List<Frame> frames = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            openPictures.incrementAndGet();
            Picture.Plane plane = new Picture.Plane(MemorySegment.ofArray(new byte[3 * (i + 1)]), 3 * (i + 1));
            Picture picture = new Picture(
                    i + 1, 1, PixelFormat.RGB24, ColourSpace.BT601_FULL, List.of(plane), openPictures::decrementAndGet);
            frames.add(new Frame("a.mp4", 7, i, Instant.EPOCH, Duration.ofMillis(40L * i), System.nanoTime(), picture));
        }
        return frames;
    }
}
