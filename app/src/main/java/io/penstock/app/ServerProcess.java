package io.penstock.app;

import io.penstock.pipeline.Figures;
import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.Pipeline;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.server.PenstockServer;
import io.penstock.server.ServerContext;
import io.penstock.server.net.HostPolicy;
import io.penstock.server.net.ServerLimits;
import io.penstock.server.oip.ServerIdentity;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Everything that {@code run} starts: the port first, so that probes are answered while models load, then models,
 * pipelines and cameras.
 *
 * <p>Threads: one starts and stops it; the models load beside the start of the port.
 */
final class ServerProcess implements AutoCloseable {
    private static final Duration FIRST_FRAME = Duration.ofSeconds(10);
    private static final Duration ABANDON = Duration.ofSeconds(1);
    private static final Duration LONGEST_LOAD = Duration.ofMinutes(10);

    private final Engine engine;
    private final PipelineAssembler assembler;
    private final Instant begun;
    private final List<RunningPipeline> running = new CopyOnWriteArrayList<>();
    private final PenstockServer server;
    private volatile List<String> unready;
    private volatile Duration startToReady = Duration.ZERO;
    private volatile boolean abandoned;

    /** @param begun when the program began; elapsed time counts from there */
    ServerProcess(Engine engine, List<Target> targets, boolean loopbackOnly, Instant begun) {
        this.engine = engine;
        this.assembler = new PipelineAssembler(engine);
        this.begun = begun;
        this.unready = targets.stream()
                .map(target -> target.pipeline().name() + ": loading")
                .toList();
        ServerContext.State state = new ServerContext.State(
                new ServerIdentity("penstock", VersionCommand.number()), () -> unready, this::figures);
        ServerContext context = new ServerContext(
                engine.models(), this::pipelines, engine.pool(), engine.codec(), engine.painter(), state);
        HostPolicy hosts = loopbackOnly ? HostPolicy.loopbackAnd(Set.of()) : HostPolicy.open();
        this.server = new PenstockServer(context, ServerLimits.DEFAULTS, hosts);
    }

    /**
     * Starts everything, and returns once it answers.
     *
     * @return the port
     */
    int start(List<Target> targets, String host, int port) throws InterruptedException {
        Beginning loading = Beginning.of(() -> {
            for (Target target : targets) {
                RunningPipeline pipeline = assembler.assemble(target, Optional.empty());
                running.add(pipeline);
                assembler.register(pipeline);
            }
            return null;
        });
        Beginning codec = Beginning.of(() -> {
            warmUp(engine.codec());
            return null;
        });
        int bound;
        boolean ready = false;
        try {
            bound = server.start(host, port);
            codec.await();
            loading.await();
            ready = true;
        } catch (InterruptedException e) {
            abandoned = !loading.stop(ABANDON);
            throw e;
        } finally {
            if (!ready && !abandoned) {
                loading.stop(LONGEST_LOAD);
            }
        }
        for (RunningPipeline pipeline : running) {
            assembler.start(pipeline);
        }
        for (RunningPipeline pipeline : running) {
            for (LiveStream stream : streams(pipeline)) {
                stream.awaitFirst(FIRST_FRAME);
            }
        }
        unready = List.of();
        startToReady = Duration.between(begun, Instant.now());
        return bound;
    }

    /** Whether native code is still loading a model that nobody waits for: then nothing here may be closed. */
    boolean isAbandoned() {
        return abandoned;
    }

    Duration startToReady() {
        return startToReady;
    }

    List<RunningPipeline> running() {
        return running;
    }

    /** What was done so far, as the JSON object of {@code --stats}. */
    String figures() {
        return Figures.json(
                Duration.between(begun, Instant.now()),
                startToReady,
                engine.models(),
                pipelines(),
                engine.pool().bytesInFlight());
    }

    /** Stops the cameras, finishes what is under way, and refuses anything new; whether all was done in time. */
    boolean drain(Duration atMost) throws InterruptedException {
        running.forEach(RunningPipeline::stopCameras);
        return server.drain(atMost);
    }

    private List<Pipeline> pipelines() {
        return running.stream()
                .flatMap(pipeline -> pipeline.steps().stream())
                .map(Pipeline.class::cast)
                .toList();
    }

    private static List<LiveStream> streams(RunningPipeline pipeline) {
        return pipeline.steps().map(Pipeline::streams).orElse(List.of());
    }

    /** The first picture costs the loading of the decoders: it is paid before anyone asks. */
    private static void warmUp(PictureCodec codec) {
        MemorySegment gray = MemorySegment.ofArray(new byte[3 * 16 * 16]);
        try (Picture picture = Picture.rgb(16, 16, gray)) {
            codec.decode(MemorySegment.ofArray(codec.encodeJpeg(picture, 80))).close();
        }
    }

    @Override
    public void close() {
        server.close();
        running.forEach(RunningPipeline::close);
    }
}
