package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxRuntimeBackend;
import io.penstock.pipeline.Camera;
import io.penstock.pipeline.FrameGrabber;
import io.penstock.pipeline.FrameQueue;
import io.penstock.pipeline.LiveSink;
import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.MemoryFrameQueue;
import io.penstock.pipeline.PipelineModel;
import io.penstock.pipeline.PipelineRunner;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.StreamCounters;
import io.penstock.scene.StreetScene;
import io.penstock.serving.BatchedModel;
import io.penstock.serving.HeldModel;
import io.penstock.serving.ModelFetcher;
import io.penstock.serving.ModelLoader;
import io.penstock.serving.backend.Backend;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.spec.BackendSpec;
import io.penstock.spec.InferencePipeline;
import io.penstock.spec.ModelSpec;
import io.penstock.spec.SourceSpec;
import io.penstock.vision.DetectionSettings;
import io.penstock.vision.VisionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the part that each specification names. A new kind of part does not compile until it is here. */
final class PipelineAssembler {
    private static final int MOST_INSTANCES = 4;

    private final Engine engine;

    PipelineAssembler(Engine engine) {
        this.engine = engine;
    }

    /** Fetches and loads the target's model and joins its steps; nothing moves yet. */
    RunningPipeline assemble(Target target, Optional<DetectionSettings> override) throws InterruptedException {
        HeldModel file = engine.fetcher()
                .fetch(new ModelFetcher.Wanted(
                        target.modelUri(), target.pipeline().model().sha256(), false));
        boolean assembled = false;
        try {
            RunningPipeline running = assemble(target, file, override);
            assembled = true;
            return running;
        } finally {
            if (!assembled) {
                file.close();
            }
        }
    }

    private RunningPipeline assemble(Target target, HeldModel file, Optional<DetectionSettings> override) {
        ModelSpec spec = target.pipeline().model();
        int instances = spec.instances().orElse(Math.clamp(engine.cores(), 1, MOST_INSTANCES));
        ModelSpec.Batching batching = spec.batching();
        BatchedModel model = engine.loader()
                .load(
                        new ModelArtifact(target.modelName(), file.file()),
                        backend(spec.backend(), instances),
                        new ModelLoader.Options(
                                instances,
                                spec.warmUp(),
                                new BatchedModel.Batching(
                                        batching.maxBatchSize(), batching.maxQueueDelay(), batching.queueCapacity())));
        boolean assembled = false;
        try {
            InferencePipeline.Spec pipeline = target.pipeline().spec();
            Optional<VisionPlan> plan = VisionPlan.of(pipeline, model.signature(), engine.codec(), override);
            Optional<StepPipeline> steps = plan.map(found -> steps(target, model, found));
            if (steps.isEmpty() && !(pipeline.source() instanceof SourceSpec.Http)) {
                throw new CommandException(
                        ExitCode.REFUSED,
                        "pipeline " + target.pipeline().name()
                                + " has cameras, but its model is no detector that is known here; write preprocess and"
                                + " postprocess");
            }
            RunningPipeline running = new RunningPipeline(target, file, model, plan, steps);
            assembled = true;
            return running;
        } finally {
            if (!assembled) {
                model.close();
            }
        }
    }

    /** Makes the model and the pipeline answer to their names. */
    void register(RunningPipeline running) {
        engine.models().add(running.model());
        running.steps()
                .filter(steps -> engine.models().find(steps.name()).isEmpty())
                .ifPresent(steps -> engine.models().add(new PipelineModel(steps, engine.pool())));
    }

    /** Starts what the source brings, if it brings anything by itself. */
    void start(RunningPipeline running) {
        switch (running.target().pipeline().spec().source()) {
            case SourceSpec.Http _ -> {}
            case SourceSpec.Streams streams ->
                running.started(streams(streams, running.steps().orElseThrow()));
        }
    }

    private StepPipeline steps(Target target, BatchedModel model, VisionPlan plan) {
        List<LiveStream> streams = switch (target.pipeline().spec().source()) {
            case SourceSpec.Http _ -> List.of();
            case SourceSpec.Streams cameras ->
                cameras.cameras().stream()
                        .map(camera -> new LiveStream(camera.name(), new StreamCounters()))
                        .toList();
        };
        return new StepPipeline(
                target.pipeline().name(),
                model,
                plan.before(),
                plan.after(),
                new StepPipeline.Shared(engine.cpu(), engine.pool()),
                streams);
    }

    private RunningPipeline.Streams streams(SourceSpec.Streams spec, StepPipeline steps) {
        FrameQueue queue = frameQueue(spec.frameQueue());
        LiveSink sink = new LiveSink(steps.streams(), engine.codec(), engine.painter());
        PipelineRunner.Limits limits = new PipelineRunner.Limits(2 * engine.cores(), spec.latencyTarget());
        PipelineRunner runner = new PipelineRunner(steps, queue, List.of(sink), limits);
        List<Camera> cameras = new ArrayList<>();
        for (int i = 0; i < spec.cameras().size(); i++) {
            SourceSpec.Synthetic synthetic = spec.cameras().get(i).synthetic();
            boolean waits = synthetic.fps().isMax();
            cameras.add(new Camera(steps.streams().get(i), grabber(synthetic), queue, waits, runner::dropped));
        }
        return new RunningPipeline.Streams(cameras, queue, runner);
    }

    private FrameGrabber grabber(SourceSpec.Synthetic spec) {
        return switch (spec.scene()) {
            case STREET -> new SyntheticCamera(StreetScene.of(spec.seed()), spec.fps(), engine.pool());
        };
    }

    private Backend backend(BackendSpec spec, int instances) {
        return switch (spec) {
            case BackendSpec.Onnxruntime onnx ->
                new OnnxRuntimeBackend(onnx.intraOpThreads().orElse(Math.max(1, engine.cores() / instances)));
        };
    }

    private static FrameQueue frameQueue(SourceSpec.FrameQueueSpec spec) {
        return switch (spec) {
            case SourceSpec.FrameQueueSpec.Memory memory -> new MemoryFrameQueue(memory.capacity());
        };
    }
}
