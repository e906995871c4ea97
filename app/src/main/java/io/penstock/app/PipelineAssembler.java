package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxContents;
import io.penstock.backend.onnxruntime.OnnxRuntimeDevices;
import io.penstock.pipeline.Camera;
import io.penstock.pipeline.FrameGrabber;
import io.penstock.pipeline.FrameQueue;
import io.penstock.pipeline.LiveSink;
import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.MemoryFrameQueue;
import io.penstock.pipeline.PipelineModel;
import io.penstock.pipeline.PipelineRunner;
import io.penstock.pipeline.RunningPipelines;
import io.penstock.pipeline.Sink;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.StreamCounters;
import io.penstock.server.page.ModelCard;
import io.penstock.serving.Batching;
import io.penstock.serving.DeviceMemory;
import io.penstock.serving.HeldModel;
import io.penstock.serving.KeepAlive;
import io.penstock.serving.ModelFetcher;
import io.penstock.serving.ModelLoader;
import io.penstock.serving.OnDemandModel;
import io.penstock.serving.backend.Backend;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.spec.BackendSpec;
import io.penstock.spec.ByteSize;
import io.penstock.spec.DeviceChoice;
import io.penstock.spec.InferencePipeline;
import io.penstock.spec.ModelSpec;
import io.penstock.spec.SourceSpec;
import io.penstock.vision.VisionPlan;
import io.penstock.vision.detect.DetectionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes the part that each specification names. A new kind of part does not compile until it is here. */
final class PipelineAssembler {
    private final Engine engine;
    private final RunningPipelines callable = new RunningPipelines();

    PipelineAssembler(Engine engine) {
        this.engine = engine;
    }

    /** Fetches and loads the target's model and joins its steps; nothing moves yet. */
    RunningPipeline assemble(Target target, Optional<DetectionSettings> override) throws InterruptedException {
        LoadedModel model = load(target);
        boolean assembled = false;
        try {
            RunningPipeline running = join(target, model, override);
            assembled = true;
            return running;
        } finally {
            if (!assembled) {
                model.close();
            }
        }
    }

    private LoadedModel load(Target target) throws InterruptedException {
        ModelSpec spec = target.pipeline().model();
        HeldModel file = engine.fetcher().fetch(new ModelFetcher.Wanted(target.modelUri(), spec.sha256(), false));
        boolean loaded = false;
        try {
            ModelArtifact artifact = new ModelArtifact(target.modelName(), file.file());
            DeviceMemory.Tenant tenant =
                    new DeviceMemory.Tenant(target.modelName(), memory(spec, file), keepAlive(spec));
            OnDemandModel model = switch (spec.backend()) {
                case BackendSpec.Onnxruntime onnx ->
                    engine.devices()
                            .onnxruntime()
                            .open(wish(onnx), target.modelName(), device -> open(spec, artifact, tenant, device));
            };
            loaded = true;
            return new LoadedModel(model, file);
        } finally {
            if (!loaded) {
                file.close();
            }
        }
    }

    private OnDemandModel open(ModelSpec spec, ModelArtifact artifact, DeviceMemory.Tenant tenant, DeviceChoice device)
            throws InterruptedException {
        int instances = spec.instances().orElse(engine.devices().usualInstances(device));
        ModelLoader.Options options = options(spec, device, instances);
        Backend backend = backend(spec.backend(), device, instances);
        return OnDemandModel.open(
                OnDemandModel.Identity.of(artifact.name()),
                engine.devices().of(device).memory(),
                tenant,
                statistics -> engine.loader().load(artifact, backend, options, statistics));
    }

    private static OnnxRuntimeDevices.Wish wish(BackendSpec.Onnxruntime onnx) {
        return new OnnxRuntimeDevices.Wish(
                onnx.device(), "spec.model.backend.onnxruntime.device", "device: cpu", onnx.cuda(), onnx.tensorrt());
    }

    private ModelLoader.Options options(ModelSpec spec, DeviceChoice device, int instances) {
        ModelSpec.Batching wanted = spec.batching();
        Batching batching = new Batching(
                wanted.maxBatchSize(),
                wanted.maxQueueDelay(),
                Math.max(wanted.maxBatchSize(), engine.limits().queueCapacity(wanted.queueCapacity())),
                wanted.preferredSizes(),
                Batching.Priorities.USUAL,
                new Batching.QueueTimeout(wanted.timeout().orElse(Duration.ZERO), Batching.QueueTimeout.Action.REJECT));
        return new ModelLoader.Options(
                instances,
                spec.warmUp(),
                batching,
                engine.devices().of(device).shares().share(threads(spec.backend(), device, instances)));
    }

    private static long memory(ModelSpec spec, HeldModel file) {
        return spec.memory().map(ByteSize::bytes).orElseGet(() -> DeviceMemory.usualBytes(file.file()));
    }

    private static KeepAlive keepAlive(ModelSpec spec) {
        return spec.keepAlive()
                .map(wanted -> wanted.time().<KeepAlive>map(KeepAlive.For::new).orElse(KeepAlive.ALWAYS))
                .orElse(KeepAlive.UNTIL_NEEDED);
    }

    /**
     * Joins steps around a model that is loaded already.
     *
     * @throws CommandException if the source needs steps and there are none
     */
    RunningPipeline join(Target target, LoadedModel loaded, Optional<DetectionSettings> override) {
        OnDemandModel model = loaded.model();
        InferencePipeline.Spec pipeline = target.pipeline().spec();
        Optional<VisionPlan> plan = VisionPlan.of(pipeline, model(loaded), engine.codec(), override);
        Optional<StepPipeline> steps = plan.map(found -> steps(target, model, found));
        boolean cameras = !(pipeline.source() instanceof SourceSpec.Http);
        if (steps.isEmpty() && (cameras || !pipeline.sinks().isEmpty())) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    "pipeline " + target.pipeline().name() + " has " + (cameras ? "cameras" : "sinks")
                            + ", but nothing tells how to read its model: " + VisionPlan.whyRaw(model(loaded)));
        }
        return new RunningPipeline(target, loaded, plan, steps);
    }

    /** What is known of a loaded model; of one in another format than ONNX, not its graph. */
    static VisionPlan.Model model(LoadedModel loaded) {
        ModelSignature signature = loaded.model().signature();
        Path file = loaded.file().file();
        boolean isGraph = signature.platform().equals("onnxruntime_onnx") && Files.isRegularFile(file);
        return new VisionPlan.Model(
                signature, () -> isGraph ? OnnxContents.read(file).operators().keySet() : Set.of());
    }

    /**
     * Opens where the pipeline's results are kept.
     *
     * @throws CommandException if a store is damaged or another process's
     */
    void openSinks(RunningPipeline running) {
        SinkAssembler sinks = new SinkAssembler(engine);
        running.steps().ifPresent(steps -> running.opened(sinks.around(steps, running.target())));
    }

    /** Makes the model and the pipeline answer to their names, in the place of whoever did before. */
    void register(RunningPipeline running) {
        engine.models().put(running.model());
        offer(running);
        running.pipeline()
                .filter(pipeline -> !isModel(pipeline.name()))
                .ifPresent(pipeline -> engine.models().put(new PipelineModel(pipeline, engine.pool())));
    }

    /** Lets the steps of other pipelines call this one. */
    void offer(RunningPipeline running) {
        running.steps().ifPresent(callable::put);
    }

    /** Takes the names away from what {@code gone} registered and {@code remaining} does not use. */
    void unregister(RunningPipeline gone, List<RunningPipeline> remaining) {
        Set<String> used = new HashSet<>();
        for (RunningPipeline running : remaining) {
            used.add(running.model().name());
            running.steps().ifPresent(steps -> used.add(steps.name()));
        }
        gone.steps().ifPresent(callable::remove);
        for (String name : List.of(gone.model().name(), gone.target().pipeline().name())) {
            if (!used.contains(name)) {
                engine.models().remove(name);
            }
        }
    }

    private boolean isModel(String name) {
        return engine.models()
                .find(name)
                .filter(OnDemandModel.class::isInstance)
                .isPresent();
    }

    /** Starts what the source brings, if it brings anything by itself. */
    void start(RunningPipeline running) {
        switch (running.target().pipeline().spec().source()) {
            case SourceSpec.Http _ -> {}
            case SourceSpec.Streams streams -> running.started(streams(streams, running));
        }
    }

    /** What runs the target's model, as the page says it. */
    ModelCard card(RunningPipeline running) {
        ModelSpec spec = running.target().pipeline().model();
        OnDemandModel model = running.model();
        return switch (spec.backend()) {
            case BackendSpec.Onnxruntime _ ->
                new ModelCard(
                        "ONNX Runtime",
                        running.file().toFile().length(),
                        deviceName(model),
                        model.instances(),
                        model.threads());
        };
    }

    /** As people read it: {@code CPU}, {@code cuda:0}. */
    static String deviceName(OnDemandModel model) {
        return model.device().equals("cpu") ? "CPU" : model.device();
    }

    private int threads(BackendSpec spec, DeviceChoice device, int instances) {
        return switch (spec) {
            case BackendSpec.Onnxruntime onnx -> engine.devices().threads(device, onnx.intraOpThreads(), instances);
        };
    }

    private StepPipeline steps(Target target, OnDemandModel model, VisionPlan plan) {
        List<LiveStream> streams = switch (target.pipeline().spec().source()) {
            case SourceSpec.Http _ -> List.of();
            case SourceSpec.Streams cameras ->
                cameras.cameras().stream()
                        .map(camera -> new LiveStream(
                                camera.name(),
                                new StreamCounters(),
                                camera.synthetic().fps().isMax()
                                        ? LiveStream.SPARING_INTERVAL
                                        : LiveStream.USUAL_INTERVAL))
                        .toList();
        };
        return new StepPipeline(
                target.pipeline().name(),
                model,
                plan.before(),
                plan.after(),
                new StepPipeline.Shared(engine.cpu(), engine.pool(), callable),
                streams);
    }

    private RunningPipeline.Streams streams(SourceSpec.Streams spec, RunningPipeline running) {
        StepPipeline steps = running.steps().orElseThrow();
        FrameQueue queue = frameQueue(spec.frameQueue());
        List<Sink> sinks = new ArrayList<>();
        sinks.add(new LiveSink(steps.streams(), engine.codec(), engine.painter()));
        sinks.addAll(running.sinksForFrames());
        PipelineRunner.Limits limits = new PipelineRunner.Limits(2 * engine.cores(), spec.latencyTarget());
        PipelineRunner runner = new PipelineRunner(steps, queue, sinks, limits);
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
            case STREET -> new SyntheticCamera(spec.seed(), spec.fps(), engine.pool(), engine.cores());
        };
    }

    private Backend backend(BackendSpec spec, DeviceChoice device, int instances) {
        return switch (spec) {
            case BackendSpec.Onnxruntime onnx ->
                engine.devices()
                        .onnxruntime()
                        .backend(
                                device,
                                wish(onnx),
                                threads(onnx, device, instances),
                                engine.devices().bound(device));
        };
    }

    private static FrameQueue frameQueue(SourceSpec.FrameQueueSpec spec) {
        return switch (spec) {
            case SourceSpec.FrameQueueSpec.Memory memory -> new MemoryFrameQueue(memory.capacity());
        };
    }
}
