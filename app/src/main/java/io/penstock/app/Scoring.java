package io.penstock.app;

import io.penstock.pipeline.Answer;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Picture;
import io.penstock.scene.SceneObject;
import io.penstock.scene.StreetRenderer;
import io.penstock.scene.StreetScene;
import io.penstock.serving.call.Deadline;
import io.penstock.vision.VisionPlan;
import io.penstock.vision.evaluation.PrecisionEvaluation;
import io.penstock.vision.evaluation.Truth;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Takes pictures of known truth through a pipeline and compares. */
final class Scoring {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final float LEAST_VISIBILITY = 0.5f;
    private static final float LEAST_SIDE = 12;

    private final StepPipeline steps;
    private final VisionPlan plan;
    private final Engine engine;
    private final ProgressBar progress;
    private final PrecisionEvaluation evaluation = new PrecisionEvaluation();

    /** Is told what was found in each picture. */
    interface Found {
        /** @param index of the picture, from 0 */
        void picture(int index, List<Detection> detections);
    }

    /** @throws CommandException if the pipeline finds nothing, being no detector */
    Scoring(RunningPipeline running, Engine engine, ProgressBar progress) {
        this.steps = running.steps()
                .orElseThrow(() -> new CommandException(
                        ExitCode.REFUSED, "the model is no detector that is known here, so it cannot be scored"));
        this.plan = running.plan().orElseThrow();
        this.engine = engine;
        this.progress = progress;
    }

    /** The model's classes, by their numbers. */
    List<String> labels() {
        return plan.labels();
    }

    /** Scores on the synthetic street. */
    PrecisionEvaluation street(List<Long> seeds, int frames, int every) throws InterruptedException {
        progress.started("scoring", (long) seeds.size() * ((frames + every - 1) / every));
        int done = 0;
        for (long seed : seeds) {
            StreetScene scene = StreetScene.of(seed);
            StreetRenderer renderer = scene.renderer();
            float scale = Math.min(
                    (float) plan.size().width() / scene.width(),
                    (float) plan.size().height() / scene.height());
            try (Arena arena = Arena.ofShared()) {
                MemorySegment pixels = arena.allocate(scene.frameBytes(), 64);
                for (int frame = 0; frame < frames; frame += every) {
                    List<Truth> truth = renderer.render(frame, pixels).stream()
                            .map(object -> truth(object, scale))
                            .toList();
                    evaluation.add(truth, found(Picture.rgb(scene.width(), scene.height(), pixels)));
                    progress.advanced(++done);
                }
            }
        }
        progress.done();
        return evaluation;
    }

    /** Scores on pictures with labels. */
    PrecisionEvaluation pictures(Truths truths, Found found) throws InterruptedException, IOException {
        List<Path> pictures = truths.pictures();
        progress.started("scoring", pictures.size());
        for (int i = 0; i < pictures.size(); i++) {
            Picture picture = engine.codec().decode(MemorySegment.ofArray(Files.readAllBytes(pictures.get(i))));
            List<Truth> truth = truths.of(i, picture);
            List<Detection> detections = found(picture);
            evaluation.add(truth, detections);
            found.picture(i, detections);
            progress.advanced(i + 1L);
        }
        progress.done();
        return evaluation;
    }

    /** Takes over the count of {@code picture}. */
    private List<Detection> found(Picture picture) throws InterruptedException {
        try (Answer answer = steps.infer("", picture, Deadline.after(PATIENCE))) {
            return answer.result().findings().detections();
        }
    }

    private static Truth truth(SceneObject object, float scale) {
        float side = Math.min(object.box().width(), object.box().height()) * scale;
        boolean ignored = object.visibility() < LEAST_VISIBILITY || side < LEAST_SIDE;
        return new Truth(object.label(), object.box(), ignored);
    }
}
