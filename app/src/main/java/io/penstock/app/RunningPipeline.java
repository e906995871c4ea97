package io.penstock.app;

import io.penstock.pipeline.Camera;
import io.penstock.pipeline.FrameQueue;
import io.penstock.pipeline.PipelineRunner;
import io.penstock.pipeline.StepPipeline;
import io.penstock.serving.BatchedModel;
import io.penstock.serving.HeldModel;
import io.penstock.vision.VisionPlan;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One assembled pipeline: its model, its steps where it has any, and its cameras once they were started. */
final class RunningPipeline implements AutoCloseable {
    private final Target target;
    private final HeldModel file;
    private final BatchedModel model;
    private final Optional<VisionPlan> plan;
    private final Optional<StepPipeline> steps;
    private @Nullable Streams streams;

    /** What brings a pipeline's frames. */
    record Streams(List<Camera> cameras, FrameQueue queue, PipelineRunner runner) {}

    RunningPipeline(
            Target target,
            HeldModel file,
            BatchedModel model,
            Optional<VisionPlan> plan,
            Optional<StepPipeline> steps) {
        this.target = target;
        this.file = file;
        this.model = model;
        this.plan = plan;
        this.steps = steps;
    }

    Target target() {
        return target;
    }

    /** The model's file, held until this is closed. */
    HeldModel file() {
        return file;
    }

    BatchedModel model() {
        return model;
    }

    /** How pictures become results; empty where the raw model answers alone. */
    Optional<VisionPlan> plan() {
        return plan;
    }

    Optional<StepPipeline> steps() {
        return steps;
    }

    void started(Streams running) {
        streams = running;
    }

    /** Stops the cameras, and lets what they brought be finished. */
    void stopCameras() {
        if (streams != null) {
            streams.cameras().forEach(Camera::close);
            streams.queue().close();
            streams.runner().close();
            streams = null;
        }
    }

    @Override
    public void close() {
        stopCameras();
        model.close();
        file.close();
    }
}
