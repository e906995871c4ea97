package io.penstock.pipeline;

import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.RequestId;
import java.util.List;
import java.util.Optional;

/**
 * A pipeline that gives the result of each request to sinks before the caller has it; those of its cameras' frames come
 * through {@link #forFrames}. A sink that fails never fails a request.
 *
 * <p>Threads: as those of the pipeline within.
 */
public final class PipelineWithSinks implements Pipeline, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PipelineWithSinks.class.getName());

    private final Pipeline pipeline;
    private final List<Outlet> outlets;
    private final Optional<ResultStore> store;

    /** A sink, and what became of what it was given. */
    public record Outlet(Sink sink, SinkCounters counters) {}

    public PipelineWithSinks(Pipeline pipeline, List<Outlet> outlets, Optional<ResultStore> store) {
        this.pipeline = pipeline;
        this.outlets = List.copyOf(outlets);
        this.store = store;
    }

    @Override
    public String name() {
        return pipeline.name();
    }

    @Override
    public String modelName() {
        return pipeline.modelName();
    }

    @Override
    public List<String> mediaTypes() {
        return pipeline.mediaTypes();
    }

    @Override
    public List<LiveStream> streams() {
        return pipeline.streams();
    }

    @Override
    public List<SinkCounters> sinks() {
        return outlets.stream().map(Outlet::counters).toList();
    }

    @Override
    public Optional<ResultStore> store() {
        return store;
    }

    @Override
    public Answer infer(String requestId, Payload payload, Deadline deadline) throws InterruptedException {
        String id = requestId.isEmpty() ? RequestId.next() : requestId;
        Answer answer = pipeline.infer(id, payload, deadline);
        boolean given = false;
        try {
            for (Outlet outlet : outlets) {
                write(outlet.sink(), answer.result(), answer);
            }
            given = true;
            return answer;
        } finally {
            if (!given) {
                answer.close();
            }
        }
    }

    private static void write(Sink sink, Result result, Answer answer) throws InterruptedException {
        try {
            sink.write(result, answer.picture());
        } catch (RuntimeException e) {
            // Here one sink's part of a request ends: the caller has the answer in any case.
            LOG.log(System.Logger.Level.WARNING, "a sink did not take the result of request " + result.id(), e);
        }
    }

    /** The sinks as a runner is given them: it does not close them, since requests use them after the last frame. */
    public List<Sink> forFrames() {
        return outlets.stream()
                .map(outlet -> (Sink) new KeptOpen(outlet.sink()))
                .toList();
    }

    private record KeptOpen(Sink sink) implements Sink {
        @Override
        public void write(Result result, Picture picture) throws InterruptedException {
            sink.write(result, picture);
        }

        @Override
        public void close() {}
    }

    /** Closes the sinks, which write what waits in them. */
    @Override
    public void close() {
        outlets.forEach(outlet -> outlet.sink().close());
    }
}
