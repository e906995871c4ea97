package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Classification;
import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Crops;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.spec.StepSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class InferStepTest {
    private static final int WIDTH = 40;
    private static final int HEIGHT = 30;

    private final TensorPool pool = new TensorPool(1 << 24, true);
    private final CpuPool cpu = new CpuPool(2);
    private final RunningPipelines running = new RunningPipelines();
    private final AtomicInteger openPictures = new AtomicInteger();

    @AfterEach
    void nothingLeaks() {
        cpu.close();
        assertThat(openPictures).hasValue(0);
        assertThat(pool.openLeases()).isZero();
    }

    @Test
    void tellsOfEachObjectWhatIsInsideItsBox() throws Exception {
        second(_ -> {});
        Findings told = apply(
                crops(0.0, 16),
                new Detection("car", 0, 0.5f, new Box(4, 6, 10, 8)),
                new Detection("car", 0, 0.9f, new Box(20.5f, 2.5f, 9, 9)));
        // The name is size and first pixel of what was shown; the box is one of 1 x 1 at (1, 1) of it.
        assertThat(said(told.detections().get(0))).isEqualTo("10x8 at 4,6");
        assertThat(said(told.detections().get(1))).isEqualTo("10x10 at 20,2");
        Detection inner = told.detections()
                .get(1)
                .inferred()
                .getFirst()
                .findings()
                .detections()
                .getFirst();
        assertThat(inner.box()).isEqualTo(new Box(21, 3, 1, 1));
        assertThat(told.crops()).containsExactly(new Crops("second", 2, 0));
    }

    @Test
    void growsBoxesByTheMarginAndKeepsThemInsideThePicture() throws Exception {
        second(_ -> {});
        Findings told = apply(
                crops(0.5, 16),
                new Detection("car", 0, 0.9f, new Box(10, 10, 8, 4)),
                new Detection("car", 0, 0.8f, new Box(0, 20, 20, 10)));
        assertThat(said(told.detections().get(0))).isEqualTo("16x8 at 6,8");
        assertThat(said(told.detections().get(1))).isEqualTo("30x15 at 0,15");
    }

    @Test
    void showsOnlyTheLabelsAskedForAndNothingOfNoSize() throws Exception {
        second(_ -> {});
        Findings told = apply(
                new StepSpec.Infer("second", true, List.of("car"), 0, 16),
                new Detection("car", 0, 0.9f, new Box(10, 10, 8, 4)),
                new Detection("person", 1, 0.9f, new Box(10, 10, 8, 4)),
                new Detection("car", 0, 0.9f, new Box(10, 10, 0, 4)),
                new Detection("car", 0, 0.9f, new Box(WIDTH, 10, 5, 4)),
                new Detection("car", 0, 0.9f, new Box(Float.NaN, 10, 5, 4)));
        assertThat(told.detections())
                .extracting(detection -> detection.inferred().size())
                .containsExactly(1, 0, 0, 0, 0);
        assertThat(told.crops()).containsExactly(new Crops("second", 1, 0));
    }

    @Test
    void showsTheBestWhereThereAreTooManyAndTellsHowManyItDidNot() throws Exception {
        second(_ -> {});
        Findings told = apply(
                crops(0, 2),
                new Detection("car", 0, 0.6f, new Box(1, 1, 4, 4)),
                new Detection("car", 0, 0.9f, new Box(8, 1, 4, 4)),
                new Detection("car", 0, 0.5f, new Box(15, 1, 4, 4)),
                new Detection("car", 0, 0.7f, new Box(22, 1, 4, 4)));
        assertThat(told.detections())
                .extracting(detection -> detection.inferred().size())
                .containsExactly(0, 1, 0, 1);
        assertThat(told.crops()).containsExactly(new Crops("second", 2, 2));
    }

    @Test
    void asksAboutAllObjectsAtOnce() throws Exception {
        CyclicBarrier all = new CyclicBarrier(8);
        second(_ -> await(all));
        Detection[] detections = new Detection[8];
        for (int i = 0; i < detections.length; i++) {
            detections[i] = new Detection("car", 0, 0.9f, new Box(4 * i, 4, 4, 4));
        }
        assertThat(apply(crops(0, 8), detections).crops()).containsExactly(new Crops("second", 8, 0));
    }

    @Test
    void oneThatFailsFailsThePictureAndCallsOffTheRest() {
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicInteger calledOff = new AtomicInteger();
        second(index -> {
            if (index == 4) {
                waiting.await();
                throw new ServingException(ErrorCode.QUEUE_FULL, "the queue is full");
            }
            waiting.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                calledOff.incrementAndGet();
                throw e;
            }
        });
        assertThatThrownBy(() -> apply(
                        crops(0, 8),
                        new Detection("car", 0, 0.9f, new Box(0, 4, 4, 4)),
                        new Detection("car", 0, 0.9f, new Box(4, 4, 4, 4))))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL));
        assertThat(calledOff).hasValue(1);
    }

    @Test
    void aCallerThatLeavesCallsOffAllAndReturnsOnlyWhenNoneRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        AtomicInteger ended = new AtomicInteger();
        second(_ -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                ended.incrementAndGet();
            }
        });
        AtomicReference<Object> outcome = new AtomicReference<>("");
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                apply(
                        crops(0, 8),
                        new Detection("car", 0, 0.9f, new Box(0, 4, 4, 4)),
                        new Detection("car", 0, 0.9f, new Box(4, 4, 4, 4)));
            } catch (InterruptedException _) {
                outcome.set("interrupted after " + ended.get());
            }
        });
        begun.await();
        caller.interrupt();
        caller.join();
        assertThat(outcome).hasValue("interrupted after 2");
    }

    @Test
    void honoursTheDeadline() {
        second(_ -> {});
        assertThatThrownBy(() -> apply(
                        new Deadline(System.nanoTime() - 1),
                        crops(0, 8),
                        new Detection("car", 0, 0.9f, new Box(0, 4, 4, 4))))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
    }

    @Test
    void theWholePictureIsShownOnceAndAnsweredBesideTheObjects() throws Exception {
        second(_ -> {});
        Findings told = apply(
                new StepSpec.Infer("second", false, List.of(), 0, 16),
                new Detection("car", 0, 0.9f, new Box(0, 4, 4, 4)));
        assertThat(told.detections().getFirst().inferred()).isEmpty();
        assertThat(told.inferred()
                        .getFirst()
                        .findings()
                        .classifications()
                        .getFirst()
                        .label())
                .isEqualTo("40x30 at 0,0");
        assertThat(told.crops()).isEmpty();
    }

    @Test
    void saysWhichPipelineDoesNotRun() {
        assertThatThrownBy(() -> apply(crops(0, 8)))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("pipeline second, which another calls, does not run");
    }

    @Test
    void partsOfHalvedColourBeginWhereColourDoes() throws Exception {
        second(_ -> {});
        Picture picture = counted(PixelFormat.YUV420P, List.of(WIDTH, WIDTH / 2, WIDTH / 2));
        try (Exchange exchange = Exchange.of(picture, pool)) {
            exchange.setFindings(new Findings(List.of(new Detection("car", 0, 0.9f, new Box(5, 7, 4, 4)))));
            new InferStep(crops(0, 8)).apply(exchange, call(Deadline.after(Duration.ofSeconds(5))));
            assertThat(said(exchange.findings().detections().getFirst())).startsWith("5x5 at ");
        }
    }

    private static StepSpec.Infer crops(double margin, int most) {
        return new StepSpec.Infer("second", true, List.of(), margin, most);
    }

    private static String said(Detection detection) {
        return detection
                .inferred()
                .getFirst()
                .findings()
                .classifications()
                .getFirst()
                .label();
    }

    private Findings apply(StepSpec.Infer spec, Detection... detections) throws InterruptedException {
        return apply(Deadline.after(Duration.ofSeconds(10)), spec, detections);
    }

    private Findings apply(Deadline deadline, StepSpec.Infer spec, Detection... detections)
            throws InterruptedException {
        Picture picture = counted(PixelFormat.RGB24, List.of(3 * WIDTH));
        try (Exchange exchange = Exchange.of(picture, pool)) {
            exchange.setFindings(new Findings(List.of(detections)));
            new InferStep(spec).apply(exchange, call(deadline));
            return exchange.findings();
        }
    }

    private CallStep.Call call(Deadline deadline) {
        return new CallStep.Call("r", deadline, running);
    }

    /** Each pixel's red is its column, green its row. */
    private Picture counted(PixelFormat format, List<Integer> strides) {
        openPictures.incrementAndGet();
        List<Picture.Plane> planes = new ArrayList<>();
        for (int stride : strides) {
            byte[] samples = new byte[stride * HEIGHT];
            for (int i = 0; i < WIDTH * HEIGHT && format == PixelFormat.RGB24; i++) {
                samples[3 * i] = (byte) (i % WIDTH);
                samples[3 * i + 1] = (byte) (i / WIDTH);
            }
            planes.add(new Picture.Plane(MemorySegment.ofArray(samples), stride));
        }
        return new Picture(WIDTH, HEIGHT, format, ColourSpace.BT601_FULL, planes, openPictures::decrementAndGet);
    }

    private interface Work {
        void on(int column) throws InterruptedException;
    }

    /** Lets a second pipeline run, which says what it was shown; its model does {@code work} first. */
    private void second(Work work) {
        MapStep inputs = exchange -> {
            var memory = exchange.pool().allocate(8);
            memory.memory().set(ValueLayout.JAVA_INT, 0, sample(exchange.picture(), 0));
            exchange.setInputs(Map.of(), memory);
        };
        MapStep reading = exchange -> {
            Picture shown = exchange.picture();
            String name = shown.width() + "x" + shown.height() + " at " + sample(shown, 0) + "," + sample(shown, 1);
            exchange.setFindings(new Findings(
                    List.of(new Detection("part", 0, 1, new Box(1, 1, 1, 1))),
                    List.of(new Classification(name, 0, 1)),
                    List.of()));
        };
        FakeTensorModel model = new FakeTensorModel(
                pool, request -> work.on(request.memory().memory().get(ValueLayout.JAVA_INT, 0)));
        running.put(new StepPipeline(
                "second",
                model,
                List.of(inputs),
                List.of(reading),
                new StepPipeline.Shared(cpu, pool, running),
                List.of()));
    }

    private static int sample(Picture picture, int channel) {
        return picture.plane(0).data().get(ValueLayout.JAVA_BYTE, channel);
    }

    private static void await(CyclicBarrier barrier) throws InterruptedException {
        try {
            barrier.await();
        } catch (java.util.concurrent.BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
