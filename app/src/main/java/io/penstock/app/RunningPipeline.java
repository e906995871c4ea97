package io.penstock.app;

import io.penstock.pipeline.Camera;
import io.penstock.pipeline.FrameQueue;
import io.penstock.pipeline.Pipeline;
import io.penstock.pipeline.PipelineRunner;
import io.penstock.pipeline.PipelineWithSinks;
import io.penstock.pipeline.Sink;
import io.penstock.pipeline.StepPipeline;
import io.penstock.serving.OnDemandModel;
import io.penstock.vision.VisionPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One assembled pipeline: its model, its steps where it has any, and its cameras once they were started. */
final class RunningPipeline implements AutoCloseable {
    private final Target target;
    private final LoadedModel loaded;
    private final Optional<VisionPlan> plan;
    private final Optional<StepPipeline> steps;
    private @Nullable Streams streams;
    private @Nullable PipelineWithSinks open;

    /** What brings a pipeline's frames. */
    record Streams(List<Camera> cameras, FrameQueue queue, PipelineRunner runner) {}

    RunningPipeline(Target target, LoadedModel loaded, Optional<VisionPlan> plan, Optional<StepPipeline> steps) {
        this.target = target;
        this.loaded = loaded;
        this.plan = plan;
        this.steps = steps;
    }

    Target target() {
        return target;
    }

    LoadedModel loaded() {
        return loaded;
    }

    OnDemandModel model() {
        return loaded.model();
    }

    /** The model's file, held until this is closed. */
    Path file() {
        return loaded.file().file();
    }

    /** How pictures become results; empty where the raw model answers alone. */
    Optional<VisionPlan> plan() {
        return plan;
    }

    Optional<StepPipeline> steps() {
        return steps;
    }

    /** From now on callers' results go to the sinks, too. */
    void opened(PipelineWithSinks withSinks) {
        open = withSinks;
    }

    /** As callers see it: with its sinks once they were opened. */
    Optional<Pipeline> pipeline() {
        return open == null ? steps.map(Pipeline.class::cast) : Optional.of(open);
    }

    /** Where the frames of its cameras go besides viewers. */
    List<Sink> sinksForFrames() {
        return open == null ? List.of() : open.forFrames();
    }

    void started(Streams running) {
        streams = running;
    }

    boolean hasStarted() {
        return streams != null;
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

    /** Has the sinks write what waits in them; nothing more is taken. */
    void closeSinks() {
        if (open != null) {
            open.close();
        }
    }

    /** Whether a target asks for the very model that is loaded here. */
    boolean hasModelOf(Target other) {
        return target.pipeline().model().equals(other.pipeline().model())
                && target.folder().equals(other.folder());
    }

    /** Waits until no request is in the steps, for at most this long. */
    void awaitIdle(Duration atMost) throws InterruptedException {
        if (steps.isPresent()) {
            steps.get().awaitIdle(atMost);
        }
    }

    @Override
    public void close() {
        stopCameras();
        closeSinks();
        loaded.close();
    }
}
