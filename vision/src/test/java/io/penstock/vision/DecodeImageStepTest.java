package io.penstock.vision;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.Answer;
import io.penstock.pipeline.CpuPool;
import io.penstock.pipeline.FakeTensorModel;
import io.penstock.pipeline.InferStep;
import io.penstock.pipeline.MapStep;
import io.penstock.pipeline.Payload;
import io.penstock.pipeline.RunningPipelines;
import io.penstock.pipeline.Step;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Classification;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Inference;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.spec.StepSpec;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class DecodeImageStepTest {
    private final CountingCodec codec = new CountingCodec();
    private final TensorPool pool = new TensorPool(1 << 20, true);
    private final RunningPipelines running = new RunningPipelines();

    @Test
    void aPictureThatSeveralModelsSeeIsDecodedOnce() throws Exception {
        try (CpuPool cpu = new CpuPool(2)) {
            Findings objects = new Findings(List.of(
                    new Detection("car", 0, 0.9f, new Box(0, 0, 10, 10)),
                    new Detection("car", 0, 0.8f, new Box(20, 10, 10, 10))));
            run(cpu, "faces", List.of(), Findings.NONE);
            run(cpu, "scenes", List.of(), new Findings(List.of(), List.of(new Classification("day", 0, 1)), List.of()));
            StepPipeline first = run(
                    cpu,
                    "street",
                    List.of(
                            new InferStep(new StepSpec.Infer("faces", true, List.of(), 0, 8)),
                            new InferStep(new StepSpec.Infer("scenes", false, List.of(), 0, 8)),
                            new InferStep(new StepSpec.Infer("faces", false, List.of(), 0, 8))),
                    objects);
            Payload payload = new Payload("", MemorySegment.ofArray(new byte[] {1, 2, 3}));
            try (Answer answer = first.infer("r", payload, Deadline.after(Duration.ofSeconds(10)))) {
                Findings told = answer.result().findings();
                assertThat(told.detections()).allMatch(each -> each.inferred().size() == 1);
                assertThat(told.inferred()).extracting(Inference::pipeline).containsExactly("scenes", "faces");
            }
            assertThat(codec.decoded).hasValue(1);
            assertThat(codec.open).hasValue(0);
            assertThat(pool.openLeases()).isZero();
        }
    }

    /** A pipeline whose model says nothing, and which reads these findings from it. */
    private StepPipeline run(CpuPool cpu, String name, List<InferStep> calls, Findings findings) {
        MapStep inputs =
                exchange -> exchange.setInputs(Map.of(), exchange.pool().allocate(16));
        MapStep reading = exchange -> exchange.setFindings(findings);
        List<Step> after = new ArrayList<>(List.of(reading));
        after.addAll(calls);
        StepPipeline pipeline = new StepPipeline(
                name,
                new FakeTensorModel(pool, _ -> {}),
                List.of(new DecodeImageStep(codec), inputs),
                after,
                new StepPipeline.Shared(cpu, pool, running),
                List.of());
        running.put(pipeline);
        return pipeline;
    }

    /** Takes any bytes for a gray picture, and counts. */
    private static final class CountingCodec implements PictureCodec {
        private final AtomicInteger decoded = new AtomicInteger();
        private final AtomicInteger open = new AtomicInteger();

        @Override
        public Picture decode(MemorySegment encoded) {
            decoded.incrementAndGet();
            open.incrementAndGet();
            Picture picture = Picture.rgb(40, 30, MemorySegment.ofArray(new byte[3600]));
            return new Picture(
                    40, 30, picture.format(), picture.colourSpace(), List.of(picture.plane(0)), open::decrementAndGet);
        }

        @Override
        public byte[] encodeJpeg(Picture picture, int quality) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] encodeSmallJpeg(Picture picture, int maxWidth, int quality) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] encodePng(Picture picture) {
            throw new UnsupportedOperationException();
        }
    }
}
