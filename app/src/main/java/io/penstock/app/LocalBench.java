package io.penstock.app;

import io.penstock.app.client.Lane;
import io.penstock.app.client.LocalLane;
import io.penstock.app.client.Outcome;
import io.penstock.pipeline.Payload;
import io.penstock.pipeline.StepPipeline;
import io.penstock.serving.InferResponse;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.oip.OipCodec;
import io.penstock.serving.oip.OipRequest;
import io.penstock.serving.tensor.TensorLease;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Pipelines and models inside this process, asked without a network: what serving costs beside them is the rest. */
final class LocalBench implements BenchTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Engine engine;
    private final List<RunningPipeline> running = new ArrayList<>();
    private final Map<String, Callable<Outcome>> calls = new LinkedHashMap<>();

    LocalBench(Engine engine, Documents documents, BenchRequest request) throws InterruptedException {
        this.engine = engine;
        boolean ready = false;
        try {
            for (Target target : documents.targets()) {
                RunningPipeline pipeline = new PipelineAssembler(engine).assemble(target, Optional.empty());
                running.add(pipeline);
                String name = target.pipeline().name();
                boolean isWanted = request.models().isEmpty()
                        || request.models().contains(name)
                        || request.models().contains(target.modelName());
                if (isWanted) {
                    calls.put(
                            request.input() instanceof BenchInput.Image ? name : target.modelName(),
                            call(pipeline, request));
                }
            }
            if (calls.isEmpty()) {
                throw new CommandException(
                        ExitCode.USAGE, "there is no " + String.join(" or ", request.models()) + " among the targets");
            }
            ready = true;
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    private Callable<Outcome> call(RunningPipeline pipeline, BenchRequest request) {
        if (request.input() instanceof BenchInput.Image image) {
            StepPipeline steps = pipeline.steps()
                    .orElseThrow(() -> new CommandException(
                            ExitCode.REFUSED,
                            pipeline.target().pipeline().name() + " takes no pictures; see penstock validate"));
            Payload payload = new Payload(image.mediaType(), MemorySegment.ofArray(BenchBodies.bytes(image.bytes())));
            return () -> {
                steps.infer("bench", payload, Deadline.after(PATIENCE)).close();
                return LocalLane.answered();
            };
        }
        TensorModel model = pipeline.model();
        BenchBodies.Rest rest = request.input() instanceof BenchInput.JsonBody body
                ? new BenchBodies.Rest(body.bytes(), -1)
                : new BenchBodies(BenchModel.of(model.name(), model.signature()), request.input(), request.shapes())
                        .binary();
        byte[] bytes = BenchBodies.bytes(rest.body());
        OipCodec codec = new OipCodec(engine.pool());
        return () -> {
            try (TensorLease lease = engine.pool().allocate(Math.max(1, bytes.length))) {
                MemorySegment memory = lease.memory().asSlice(0, bytes.length);
                memory.copyFrom(MemorySegment.ofArray(bytes));
                try (OipRequest decoded = codec.decode(lease, memory, rest.jsonBytes(), model.signature());
                        InferResponse _ = model.infer(decoded.toInferRequest(Deadline.after(PATIENCE)))) {
                    return LocalLane.answered();
                }
            }
        };
    }

    @Override
    public String shown() {
        return String.join(", ", calls.keySet()) + " in process";
    }

    @Override
    public List<String> models() {
        return List.copyOf(calls.keySet());
    }

    @Override
    public List<Lane> lanes(String model, int count) {
        Callable<Outcome> call = calls.get(model);
        if (call == null) {
            throw new IllegalArgumentException("no such model: " + model);
        }
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lanes.add(new LocalLane(call));
        }
        return lanes;
    }

    @Override
    public void close() {
        running.forEach(RunningPipeline::close);
        engine.close();
    }
}
