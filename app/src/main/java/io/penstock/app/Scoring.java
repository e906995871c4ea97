package io.penstock.app;

import io.penstock.pipeline.Answer;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Picture;
import io.penstock.scene.SceneObject;
import io.penstock.scene.StreetRenderer;
import io.penstock.scene.StreetScene;
import io.penstock.serving.call.Deadline;
import io.penstock.vision.VisionPlan;
import io.penstock.vision.evaluation.AveragePrecision;
import io.penstock.vision.evaluation.PrecisionEvaluation;
import io.penstock.vision.evaluation.Truth;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Takes pictures of known truth through a pipeline and compares. */
final class Scoring {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final float LEAST_VISIBILITY = 0.5f;
    private static final float LEAST_SIDE = 12;

    private final StepPipeline steps;
    private final VisionPlan plan;
    private final Engine engine;
    private final PrintWriter progress;
    private final PrecisionEvaluation evaluation = new PrecisionEvaluation();

    /** @throws CommandException if the pipeline finds nothing, being no detector */
    Scoring(RunningPipeline running, Engine engine, PrintWriter progress) {
        this.steps = running.steps()
                .orElseThrow(() -> new CommandException(
                        ExitCode.REFUSED, "the model is no detector that is known here, so it cannot be scored"));
        this.plan = running.plan().orElseThrow();
        this.engine = engine;
        this.progress = progress;
    }

    /** Scores on the synthetic street. */
    AveragePrecision street(List<Long> seeds, int frames, int every) throws InterruptedException {
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
                    add(truth, Picture.rgb(scene.width(), scene.height(), pixels));
                }
            }
            progress.println("seed " + seed + " done");
        }
        return evaluation.result();
    }

    /** Scores on pictures with YOLO text labels; the classes' numbers are the model's. */
    AveragePrecision folder(Path images, Path labels) throws InterruptedException, IOException {
        List<Path> pictures = Inputs.picturesIn(images);
        if (pictures.isEmpty()) {
            throw new CommandException(ExitCode.FAILED, "there are no pictures in " + images);
        }
        for (Path file : pictures) {
            Picture picture = engine.codec().decode(MemorySegment.ofArray(Files.readAllBytes(file)));
            add(truth(labels, file, picture), picture);
        }
        return evaluation.result();
    }

    /** Takes over the count of {@code picture}. */
    private void add(List<Truth> truth, Picture picture) throws InterruptedException {
        try (Answer answer = steps.infer("", picture, Deadline.after(PATIENCE))) {
            List<Detection> found = answer.result().findings().detections();
            evaluation.add(truth, found);
        }
    }

    private static Truth truth(SceneObject object, float scale) {
        float side = Math.min(object.box().width(), object.box().height()) * scale;
        boolean ignored = object.visibility() < LEAST_VISIBILITY || side < LEAST_SIDE;
        return new Truth(object.label(), object.box(), ignored);
    }

    private List<Truth> truth(Path labels, Path image, Picture picture) throws IOException {
        String name = image.getFileName().toString().replaceAll("\\.[^.]*$", "") + ".txt";
        Path file = labels.resolve(name);
        List<Truth> truth = new ArrayList<>();
        if (!Files.exists(file)) {
            return truth; // a picture without objects has no file
        }
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (!line.isBlank()) {
                truth.add(truth(line.strip().split("\\s+", -1), file + ":" + number, picture));
            }
        }
        return truth;
    }

    private Truth truth(String[] fields, String place, Picture picture) {
        try {
            int classId = Integer.parseInt(fields[0]);
            float width = Float.parseFloat(fields[3]) * picture.width();
            float height = Float.parseFloat(fields[4]) * picture.height();
            float x = Float.parseFloat(fields[1]) * picture.width() - width / 2;
            float y = Float.parseFloat(fields[2]) * picture.height() - height / 2;
            return new Truth(plan.labels().get(classId), new Box(x, y, width, height));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    place + ": a line is class, centre x, centre y, width, height, the class below "
                            + plan.labels().size(),
                    e);
        }
    }
}
