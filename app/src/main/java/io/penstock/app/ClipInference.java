package io.penstock.app;

import io.penstock.media.ClipReader;
import io.penstock.media.ClipWriter;
import io.penstock.pipeline.Answer;
import io.penstock.pipeline.FrameSequence;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.frame.Frame;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes each frame of one clip through a pipeline, a few at a time, and writes what was found and the annotated clip.
 *
 * <p>Threads: one.
 */
final class ClipInference {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final StepPipeline steps;
    private final Engine engine;
    private final InferReport report;
    private final Optional<Path> out;
    private @Nullable ClipWriter writer;
    private long frames;

    ClipInference(StepPipeline steps, Engine engine, InferReport report, Optional<Path> out) {
        this.steps = steps;
        this.engine = engine;
        this.report = report;
        this.out = out;
    }

    /**
     * Runs to the clip's end; how much of it could not be decoded.
     *
     * @throws ServingException if it is no clip, or nothing of it can be decoded
     * @throws IOException if the annotated clip cannot be written
     */
    long run(Inputs.Input input) throws InterruptedException, IOException {
        if (!"file".equals(input.place().getScheme())) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "clips are read from files; fetch it and name the file");
        }
        Path file = Path.of(input.place());
        try (ClipReader reader = ClipReader.open(file, engine.limits().picturePixels())) {
            FrameSequence sequence = steps.sequence();
            long session = Files.getLastModifiedTime(file).toMillis();
            List<Frame> next = next(reader, input.fileName(), session);
            while (!next.isEmpty()) {
                answered(input, reader.rate(), sequence.infer(next, Deadline.after(PATIENCE)));
                next = next(reader, input.fileName(), session);
            }
            if (frames == 0) {
                throw new ServingException(ErrorCode.INVALID_REQUEST, "nothing of the clip can be decoded");
            }
            if (writer != null) {
                writer.finish();
            }
            return reader.damaged();
        } catch (PictureException e) {
            ErrorCode code =
                    e.reason() == PictureException.Reason.TOO_LARGE ? ErrorCode.TOO_LARGE : ErrorCode.INVALID_REQUEST;
            throw new ServingException(code, String.valueOf(e.getMessage()), e);
        } finally {
            if (writer != null) {
                writer.close();
            }
        }
    }

    /** As many frames as there are processors, fewer at the end. */
    private List<Frame> next(ClipReader reader, String name, long session) {
        List<Frame> next = new ArrayList<>();
        boolean whole = false;
        try {
            while (next.size() < engine.cores()) {
                Optional<ClipReader.ClipFrame> frame = reader.next();
                if (frame.isEmpty()) {
                    break;
                }
                Picture picture = frame.get().picture();
                Duration time = frame.get().time();
                next.add(new Frame(name, session, frames++, Instant.now(), time, System.nanoTime(), picture));
            }
            whole = true;
            return next;
        } finally {
            if (!whole) {
                next.forEach(frame -> frame.picture().close());
            }
        }
    }

    private void answered(Inputs.Input input, double rate, List<Answer> answers) throws IOException {
        try {
            for (Answer answer : answers) {
                long frame = answer.result().origin().orElseThrow().frame();
                report.picture(input.name() + "#" + frame, answer.result());
                annotate(rate, answer);
            }
        } finally {
            answers.forEach(Answer::close);
        }
    }

    private void annotate(double rate, Answer answer) throws IOException {
        if (out.isEmpty()) {
            return;
        }
        if (writer == null) {
            writer = new ClipWriter(
                    out.get(), answer.picture().width(), answer.picture().height(), rate);
        }
        try (Picture painted =
                engine.painter().paint(answer.picture(), answer.result().findings())) {
            writer.add(painted, answer.result().origin().orElseThrow().time().orElseThrow());
        }
    }
}
