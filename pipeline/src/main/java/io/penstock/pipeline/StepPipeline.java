package io.penstock.pipeline;

import io.penstock.pipeline.frame.Frame;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.InferRequest;
import io.penstock.serving.InferResponse;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.tensor.TensorPool;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Steps, a model, steps: takes payloads and frames through them.
 *
 * <p>Threads: each exchange on its caller's thread, which waits while {@link CpuPool} computes and the model's own
 * threads execute. What one stream's {@link StreamStep}s remember is touched by {@link #inOrder} alone.
 */
public final class StepPipeline implements Pipeline {
    private static final List<String> PICTURES = List.of("image/jpeg", "image/png", "image/webp", "image/bmp");

    private final String name;
    private final TensorModel model;
    private final List<Step> before;
    private final List<Step> unordered;
    private final List<Step> ordered;
    private final List<Step> behind;
    private final Map<String, OrderedSteps> byStream = new HashMap<>();
    private final CpuPool cpu;
    private final TensorPool pool;
    private final RunningPipelines others;
    private final List<LiveStream> streams;
    private final AtomicInteger underWay = new AtomicInteger();

    /**
     * What every pipeline of a process uses together.
     *
     * @param pipelines that can be called by steps
     */
    public record Shared(CpuPool cpu, TensorPool pool, RunningPipelines pipelines) {}

    public StepPipeline(
            String name,
            TensorModel model,
            List<Step> before,
            List<Step> after,
            Shared shared,
            List<LiveStream> streams) {
        this.name = name;
        this.model = model;
        this.before = List.copyOf(before);
        int first = OrderedSteps.first(after);
        int end = OrderedSteps.end(after);
        this.unordered = List.copyOf(after.subList(0, first));
        this.ordered = List.copyOf(after.subList(first, end));
        this.behind = List.copyOf(after.subList(end, after.size()));
        this.cpu = shared.cpu();
        this.pool = shared.pool();
        this.others = shared.pipelines();
        this.streams = List.copyOf(streams);
        streams.forEach(stream -> byStream.put(stream.name(), new OrderedSteps(ordered)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String modelName() {
        return model.name();
    }

    @Override
    public List<String> mediaTypes() {
        return PICTURES;
    }

    @Override
    public List<LiveStream> streams() {
        return streams;
    }

    @Override
    public Answer infer(String requestId, Payload payload, Deadline deadline) throws InterruptedException {
        return alone(requestId, Exchange.of(payload, pool), deadline);
    }

    /** Takes one decoded picture through, and takes over the caller's count of it. */
    public Answer infer(String requestId, Picture picture, Deadline deadline) throws InterruptedException {
        return alone(requestId, Exchange.of(picture, pool), deadline);
    }

    private Answer alone(String requestId, Exchange began, Deadline deadline) throws InterruptedException {
        Instant arrived = Instant.now();
        try (Exchange exchange = began) {
            CallStep.Call call = new CallStep.Call(requestId, deadline, others);
            Result.Timings timings = process(exchange, Duration.ZERO, call);
            if (!ordered.isEmpty() || !behind.isEmpty()) {
                long started = System.nanoTime();
                counted(() -> {
                    apply(ordered, exchange, call);
                    apply(behind, exchange, call);
                });
                timings = timings.withPostprocess(timings.postprocess().plusNanos(System.nanoTime() - started));
            }
            return answer(requestId, Optional.empty(), arrived, exchange, timings);
        }
    }

    /** A new sequence of frames, of which nothing is known. */
    public FrameSequence sequence() {
        return new FrameSequence(this, new OrderedSteps(ordered));
    }

    /** Takes one frame through what may be done in any order, and takes over the caller's count of its picture. */
    FrameUnderWay begin(Frame frame, Deadline deadline) throws InterruptedException {
        Duration waited = Duration.ofNanos(System.nanoTime() - frame.capturedNanos());
        Exchange exchange = Exchange.of(frame.picture(), pool);
        boolean begun = false;
        try {
            Result.Timings timings = process(exchange, waited, new CallStep.Call(frame.id(name), deadline, others));
            exchange.releaseTensors();
            begun = true;
            return new FrameUnderWay(frame, exchange, timings, deadline);
        } finally {
            if (!begun) {
                exchange.close();
            }
        }
    }

    /** Takes a frame through the steps that remember. The frames of a stream come in their order, one at a time. */
    FrameUnderWay inOrder(FrameUnderWay underWay) throws InterruptedException {
        OrderedSteps steps = byStream.get(underWay.frame().stream());
        return steps == null ? underWay : inOrder(underWay, steps);
    }

    /** The same for frames that are of none of the pipeline's own streams. */
    FrameUnderWay inOrder(FrameUnderWay underWay, OrderedSteps steps) throws InterruptedException {
        Frame frame = underWay.frame();
        Exchange exchange = underWay.exchange();
        if (steps.isEmpty()) {
            return underWay;
        }
        StreamStep.Moment moment = new StreamStep.Moment(frame.sessionStartMillis(), frame.index(), frame.sourceTime());
        long started = System.nanoTime();
        counted(() -> steps.apply(exchange, moment, cpu, call(underWay)));
        return underWay.longer(System.nanoTime() - started);
    }

    /** Whether {@link #last} waits for others, so that frames should not do it one after another. */
    boolean callsBehind() {
        return behind.stream().anyMatch(CallStep.class::isInstance);
    }

    /** Takes a frame through the steps behind those that remember, in any order; the caller closes both. */
    Answer last(FrameUnderWay underWay) throws InterruptedException {
        Frame frame = underWay.frame();
        Exchange exchange = underWay.exchange();
        FrameUnderWay done = underWay;
        if (!behind.isEmpty()) {
            long started = System.nanoTime();
            counted(() -> apply(behind, exchange, call(underWay)));
            done = underWay.longer(System.nanoTime() - started);
        }
        Optional<Result.Origin> origin = Optional.of(new Result.Origin(frame.stream(), frame.index()));
        return answer(frame.id(name), origin, frame.capturedAt(), exchange, done.timings());
    }

    private CallStep.Call call(FrameUnderWay underWay) {
        return new CallStep.Call(underWay.frame().id(name), underWay.deadline(), others);
    }

    /** Waits until nothing is under way, for at most this long; whether it is so. */
    public boolean awaitIdle(Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        while (underWay.get() > 0) {
            if (System.nanoTime() - until >= 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void counted(Work work) throws InterruptedException {
        underWay.incrementAndGet();
        try {
            work.run();
        } finally {
            underWay.decrementAndGet();
        }
    }

    private Result.Timings process(Exchange exchange, Duration waited, CallStep.Call call) throws InterruptedException {
        underWay.incrementAndGet();
        try {
            return processed(exchange, waited, call);
        } finally {
            underWay.decrementAndGet();
        }
    }

    private Result.Timings processed(Exchange exchange, Duration waited, CallStep.Call call)
            throws InterruptedException {
        long started = System.nanoTime();
        apply(before, exchange, call);
        long prepared = System.nanoTime();
        InferResponse response =
                model.infer(new InferRequest(exchange.inputs(), List.of(), call.deadline(), exchange.inputMemory()));
        exchange.setResponse(response);
        long inferred = System.nanoTime();
        apply(unordered, exchange, call);
        return new Result.Timings(
                waited.plusNanos(response.timings().queueNanos()),
                Duration.ofNanos(prepared - started),
                Duration.ofNanos(response.timings().computeNanos()),
                Duration.ofNanos(System.nanoTime() - inferred));
    }

    private Answer answer(
            String id, Optional<Result.Origin> origin, Instant at, Exchange exchange, Result.Timings timings) {
        Picture picture = exchange.picture();
        Result result =
                new Result(id, name, origin, at, picture.width(), picture.height(), exchange.findings(), timings);
        return new Answer(result, picture.retain());
    }

    /** Steps that compute go to the processors, as many as stand together at once; those that wait stay here. */
    private void apply(List<Step> steps, Exchange exchange, CallStep.Call call) throws InterruptedException {
        int from = 0;
        for (int i = 0; i <= steps.size(); i++) {
            if (i < steps.size() && !(steps.get(i) instanceof CallStep)) {
                continue;
            }
            List<Step> computing = steps.subList(from, i);
            if (!computing.isEmpty()) {
                cpu.run(() -> compute(computing, exchange), call.deadline());
            }
            if (i < steps.size() && steps.get(i) instanceof CallStep waiting) {
                waiting.apply(exchange, call);
            }
            from = i + 1;
        }
    }

    private static void compute(List<Step> steps, Exchange exchange) {
        for (Step step : steps) {
            if (step instanceof MapStep map) {
                map.apply(exchange);
            } else if (step instanceof StreamStep stream) {
                stream.applyAlone(exchange);
            }
        }
    }
}
