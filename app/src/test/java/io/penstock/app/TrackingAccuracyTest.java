package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.Answer;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Picture;
import io.penstock.scene.SceneObject;
import io.penstock.scene.StreetRenderer;
import io.penstock.scene.StreetScene;
import io.penstock.serving.call.Deadline;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.evaluation.TrackTruth;
import io.penstock.vision.evaluation.TrackingEvaluation;
import io.penstock.vision.evaluation.TrackingScores;
import io.penstock.vision.tracking.ByteTracker;
import io.penstock.vision.tracking.TrackingSettings;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The tracker on the street, whose objects' identities are known; the figures stand in docs/accuracy.md. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
class TrackingAccuracyTest {
    /** What docs/accuracy.md has; the ordinary run takes the beginning of it. */
    private static final int FRAMES = 250;

    private static final int FEW = 80;
    private static final float LEAST_VISIBILITY = 0.5f;
    private static final float LEAST_SIDE = 12;

    /** Boxes from the truth: trembling by 4 % of their size, one in ten not found, one in ten weak, and false alarms. */
    @Test
    void followsTheStreetsObjectsThroughNoiseAndDropouts() {
        atLeast(throughNoise(FEW), 0.84, 0.8, 0.67);
    }

    @Test
    @Tag("long")
    void followsTheStreetsObjectsThroughNoiseForLonger() {
        TrackingScores scores = throughNoise(FRAMES);
        assertThat(scores.truths()).as(scores.toString()).isGreaterThan(5000);
        atLeast(scores, 0.84, 0.8, 0.67);
    }

    private static void atLeast(TrackingScores scores, double mota, double idf1, double hota) {
        String figures = scores.toString();
        assertThat(scores.mota()).as(figures).isGreaterThanOrEqualTo(mota);
        assertThat(scores.idf1()).as(figures).isGreaterThanOrEqualTo(idf1);
        assertThat(scores.hota()).as(figures).isGreaterThanOrEqualTo(hota);
    }

    private static TrackingScores throughNoise(int frames) {
        TrackingEvaluation evaluation = new TrackingEvaluation();
        Random random = new Random(11);
        for (long seed : List.of(1000L, 1001L, 1002L)) {
            StreetRenderer renderer = StreetScene.of(seed, 640, 360).renderer();
            ByteTracker tracker = new ByteTracker(TrackingSettings.usual());
            for (int frame = 0; frame < frames; frame++) {
                List<SceneObject> truth = renderer.truth(frame);
                List<Detection> seen = tracker.update(noisy(truth, random), frame, time(frame));
                evaluation.add(truths(truth, 6), seen);
            }
            evaluation.endSequence();
        }
        return evaluation.result();
    }

    private static List<Detection> noisy(List<SceneObject> truth, Random random) {
        List<Detection> detections = new ArrayList<>();
        for (SceneObject object : truth) {
            if (object.visibility() < 0.3 || random.nextInt(10) == 0) {
                continue;
            }
            float score =
                    random.nextInt(10) == 0 ? 0.15f + 0.3f * random.nextFloat() : 0.6f + 0.4f * random.nextFloat();
            Box box = object.box();
            detections.add(new Detection(
                    object.label(),
                    object.classId(),
                    score,
                    new Box(
                            box.x() + tremble(box.width(), random),
                            box.y() + tremble(box.height(), random),
                            Math.max(1, box.width() + tremble(box.width(), random)),
                            Math.max(1, box.height() + tremble(box.height(), random)))));
        }
        if (random.nextInt(3) == 0) {
            Box box =
                    new Box(random.nextInt(600), random.nextInt(300), 20 + random.nextInt(60), 20 + random.nextInt(60));
            detections.add(new Detection("car", 2, 0.55f, box));
        }
        return detections;
    }

    private static float tremble(float size, Random random) {
        return (float) (0.04 * size * random.nextGaussian());
    }

    /** The sample's own detector: what it does not see, no tracker can follow. */
    @Test
    void followsWhatTheSamplesDetectorSees() throws Exception {
        // This street begins with more that is hidden than the whole has.
        atLeast(behindTheDetector(List.of(1000L), FEW), 0.5, 0.69, 0.62);
    }

    @Test
    @Tag("long")
    void followsWhatTheSamplesDetectorSeesOnTwoStreets() throws Exception {
        atLeast(behindTheDetector(List.of(1000L, 1001L), FRAMES), 0.62, 0.73, 0.63);
    }

    private static TrackingScores behindTheDetector(List<Long> seeds, int frames) throws Exception {
        Documents documents = Documents.read(List.of(Checkout.sample().toString()));
        DetectionSettings settings = new DetectionSettings(0.1f, Map.of(), 0.45f, 300, true);
        TrackingEvaluation evaluation = new TrackingEvaluation();
        try (Engine engine = Engine.start(UserFolders.of(System.getenv()), documents.server());
                RunningPipeline running = new PipelineAssembler(engine)
                        .assemble(documents.targets().getFirst(), Optional.of(settings))) {
            for (long seed : seeds) {
                street(running.steps().orElseThrow(), seed, frames, evaluation);
            }
        }
        return evaluation.result();
    }

    private static void street(StepPipeline steps, long seed, int frames, TrackingEvaluation evaluation)
            throws Exception {
        StreetScene scene = StreetScene.of(seed);
        StreetRenderer renderer = scene.renderer();
        ByteTracker tracker =
                new ByteTracker(new TrackingSettings(0.4f, Map.of(), 0.1f, 0.2f, 2, Duration.ofSeconds(1), 32, 0.5f));
        MemorySegment pixels = MemorySegment.ofArray(new byte[Math.toIntExact(scene.frameBytes())]);
        for (int frame = 0; frame < frames; frame++) {
            List<SceneObject> truth = renderer.render(frame, pixels);
            Picture picture = Picture.rgb(scene.width(), scene.height(), pixels);
            try (Answer answer = steps.infer("", picture, Deadline.after(Duration.ofMinutes(1)))) {
                List<Detection> found = answer.result().findings().detections();
                evaluation.add(
                        truths(truth, LEAST_SIDE * scene.width() / 416), tracker.update(found, frame, time(frame)));
            }
        }
        evaluation.endSequence();
    }

    private static Duration time(int frame) {
        return StreetScene.FRAME_INTERVAL.multipliedBy(frame);
    }

    private static List<TrackTruth> truths(List<SceneObject> objects, float leastSide) {
        return objects.stream()
                .map(object -> new TrackTruth(
                        object.identity(),
                        object.label(),
                        object.box(),
                        object.visibility() < LEAST_VISIBILITY
                                || Math.min(object.box().width(), object.box().height()) < leastSide))
                .toList();
    }
}
