package io.penstock.app;

import io.penstock.app.log.ProgramLog;
import io.penstock.pipeline.Figures;
import io.penstock.server.PenstockServer;
import io.penstock.server.ServerContext;
import io.penstock.server.auth.ApiKey;
import io.penstock.server.auth.ApiKeys;
import io.penstock.server.net.Admission;
import io.penstock.server.net.HostPolicy;
import io.penstock.server.net.RequestObserver;
import io.penstock.server.net.ServerLimits;
import io.penstock.server.oip.LoadedModels;
import io.penstock.server.oip.ModelControl;
import io.penstock.server.oip.ServerIdentity;
import io.penstock.server.page.ModelCard;
import io.penstock.server.trace.RequestTracing;
import io.penstock.server.trace.TraceExport;
import io.penstock.serving.ModelRepository;
import io.penstock.spec.ServerSpec;
import io.penstock.spec.ServerSpec.Repository.Control;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Everything that {@code run} starts: the port first, so that probes are answered while models load, then models,
 * pipelines and cameras.
 *
 * <p>Threads: one starts and stops it; the models load beside the start of the port.
 */
final class ServerProcess implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ServerProcess.class.getName());
    private static final Duration HEAD_START = Duration.ofMillis(300);
    private static final Duration IDLE_MEMORY = Duration.ofSeconds(30);
    private static final Duration ABANDON = Duration.ofSeconds(1);
    private static final Duration LONGEST_LOAD = Duration.ofMinutes(10);

    private final Engine engine;
    private final Documents documents;
    private final PipelineSet pipelines;
    private final List<RepositoryModels> repositories;
    private final Instant begun;
    private final ProgramLog log;
    private final Optional<RequestTracing> tracing;
    private final Optional<Certificates> certificates;
    private volatile Optional<PenstockServer> server = Optional.empty();
    private Optional<ServerSpec.Auth> auth;
    private volatile Admission admission;
    private final List<Thread> polling = new ArrayList<>();
    private volatile List<String> unready;
    private volatile String refusedEdit = "";
    private volatile Duration startToReady = Duration.ZERO;
    private volatile boolean abandoned;

    /** @param begun when the program began; elapsed time counts from there */
    ServerProcess(Engine engine, Documents documents, Instant begun) {
        this.engine = engine;
        this.documents = documents;
        this.pipelines =
                new PipelineSet(new PipelineAssembler(engine), engine.limits().requestDeadline());
        this.begun = begun;
        this.repositories = documents.repositories().stream()
                .map(folder -> new RepositoryModels(
                        engine, new ModelRepository(folder), sentence -> LOG.log(System.Logger.Level.INFO, sentence)))
                .toList();
        this.unready = Stream.concat(
                        documents.targets().stream()
                                .map(target -> target.pipeline().name()),
                        documents.repositories().stream().map(Path::toString))
                .map(what -> what + ": loading")
                .toList();
        ServerSpec spec = documents.server();
        this.log = new ProgramLog(
                spec.log(),
                System.err,
                () -> Terminal.ofStandardError(System.getenv()).isInteractive());
        this.tracing = traceExport(spec).map(export -> new RequestTracing(export, VersionCommand.number()));
        this.certificates = spec.listen().tls().map(Certificates::new);
        this.auth = spec.auth();
        this.admission = admission(auth);
    }

    /** Making it takes as long as loading a small model, so it is made beside that. */
    private PenstockServer makeServer() {
        ServerContext.State state = new ServerContext.State(
                new ServerIdentity("penstock", VersionCommand.number()), () -> unready, this::measured, this::cards);
        ServerContext context = new ServerContext(
                engine.models(),
                pipelines::pipelines,
                engine.pool(),
                engine.codec(),
                engine.painter(),
                control(),
                state);
        ServerSpec spec = documents.server();
        HostPolicy named = isLoopback(spec.listen()) ? HostPolicy.loopbackAnd(Set.of()) : HostPolicy.open();
        HostPolicy hosts = named.withDomains(spec.listen().domains());
        return new PenstockServer(
                context,
                limits(spec.limits()),
                new PenstockServer.Edge(
                        hosts,
                        (headers, method, path) -> admission.admit(headers, method, path),
                        certificates.map(Certificates::certificate),
                        log.requests(tracing.<RequestObserver>map(each -> each).orElse(RequestObserver.NONE))));
    }

    private static Admission admission(Optional<ServerSpec.Auth> auth) {
        return auth.map(ServerProcess::keys).orElse(Admission.OPEN);
    }

    private static Admission keys(ServerSpec.Auth auth) {
        return new ApiKeys(auth.keys().stream()
                .map(key -> new ApiKey(
                        key.name(),
                        key.sha256(),
                        key.models().isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(key.models())),
                        key.control(),
                        key.requestsPerSecond()))
                .toList());
    }

    private ModelControl control() {
        return repositories.isEmpty()
                ? new LoadedModels(engine.models())
                : new RepositoryControl(
                        engine.models(),
                        repositories,
                        documents
                                .server()
                                .repository()
                                .map(ServerSpec.Repository::control)
                                .orElse(Control.EXPLICIT));
    }

    private Map<String, ModelCard> cards() {
        Map<String, ModelCard> cards = new HashMap<>(pipelines.cards());
        repositories.forEach(repository -> repository.cards().forEach(cards::putIfAbsent));
        return cards;
    }

    private static boolean isLoopback(ServerSpec.Listen listen) {
        return listen.address().startsWith("127.")
                || listen.address().equals("localhost")
                || listen.address().equals("::1");
    }

    private static ServerLimits limits(ServerSpec.Limits limits) {
        return new ServerLimits(
                limits.requestBytes().bytes(),
                (int) limits.headerBytes().bytes(),
                limits.connections(),
                limits.idleTimeout(),
                new ServerLimits.Pace(
                        Math.max(
                                1,
                                limits.bodyBytesPerSecond().bytes()
                                        * limits.bodyWindow().toMillis()
                                        / 1000),
                        limits.bodyWindow()),
                limits.requestDeadline(),
                limits.answerTimeout(),
                new ServerLimits.Protocols(
                        limits.handshakeTimeout(),
                        limits.answerBytesPerSecond().bytes(),
                        limits.streamsPerConnection(),
                        (int) limits.webSocketMessageBytes().bytes(),
                        limits.webSockets(),
                        limits.jsonDepth(),
                        limits.messagesPerStream(),
                        limits.sharedMemoryRegions(),
                        limits.instancesPerRequest()));
    }

    /** Lets the whole program log as this process's document asks for; for the command that runs it. */
    void takeLog() {
        log.takeOver();
    }

    /**
     * Starts everything, and returns once it answers.
     *
     * @return the port
     */
    int start() throws InterruptedException {
        Beginning loading = Beginning.of(() -> {
            for (Target target : documents.targets()) {
                pipelines.add(target);
            }
            for (RepositoryModels repository : repositories) {
                repository.loadAll();
            }
            return null;
        });
        Beginning codec = Beginning.of(() -> {
            Preload.warmUp(engine.codec());
            return null;
        });
        int bound;
        ServerSpec.Listen listen = documents.server().listen();
        boolean ready = false;
        try {
            PenstockServer made = makeServer();
            server = Optional.of(made);
            bound = made.start(listen.address(), listen.port());
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
        Thread.ofVirtual().name("cameras").start(this::startCameras);
        polling.add(Thread.ofVirtual().name("idle-memory").start(this::releaseIdleMemory));
        if (certificates.isPresent()) {
            polling.add(Thread.ofVirtual().name("certificate").start(certificates.get()));
        }
        documents
                .server()
                .repository()
                .filter(wanted -> wanted.control() == Control.POLL)
                .ifPresent(this::poll);
        unready = List.of();
        startToReady = Duration.between(begun, Instant.now());
        return bound;
    }

    private void poll(ServerSpec.Repository wanted) {
        for (RepositoryModels repository : repositories) {
            polling.add(Thread.ofVirtual().name("poll").start(() -> repository.poll(wanted.pollInterval())));
        }
    }

    /** After a peak, memory goes back to the system. */
    private void releaseIdleMemory() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(IDLE_MEMORY.toNanos());
                engine.pool().releaseIdle();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Painting a scene and opening a camera take processors: who asks right after the start comes first. */
    private void startCameras() {
        try {
            TimeUnit.NANOSECONDS.sleep(HEAD_START.toNanos());
            pipelines.startCameras();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Runs what edited documents say in the place of what runs; if any of it fails, nothing changes. Keys hold from the
     * next request on; what is under way, and a WebSocket that stands, goes on.
     *
     * @return one sentence for each change
     */
    List<String> change(Documents edited) throws InterruptedException {
        List<String> changes = new ArrayList<>(pipelines.change(edited.targets()));
        if (!edited.server().auth().equals(auth)) {
            auth = edited.server().auth();
            admission = admission(auth);
            changes.add(
                    auth.isPresent()
                            ? "The keys are those of the edited document."
                            : "There is no auth in the edited document: nobody is asked for a key.");
        }
        return changes;
    }

    /** Notes why the last edit of a document was refused, for the figures; empty when it was not. */
    void refusedEdit(String why) {
        refusedEdit = why;
    }

    /** Whether native code is still loading a model that nobody waits for: then nothing here may be closed. */
    boolean isAbandoned() {
        return abandoned;
    }

    Duration startToReady() {
        return startToReady;
    }

    List<RepositoryModels> repositories() {
        return repositories;
    }

    List<RunningPipeline> running() {
        return pipelines.running();
    }

    /** What was done so far, as the JSON object of {@code --stats}. */
    String figures() {
        return measured().json();
    }

    private Figures measured() {
        return new Figures(
                Duration.between(begun, Instant.now()),
                startToReady,
                engine.models(),
                pipelines.pipelines(),
                engine.pool().bytesInFlight(),
                refusedEdit);
    }

    /** Drains for as long as the document allows. */
    boolean drain() throws InterruptedException {
        return drain(drainTimeout());
    }

    Duration drainTimeout() {
        return engine.limits().drainTimeout();
    }

    /** Stops the cameras, finishes what is under way, and refuses anything new; whether all was done in time. */
    boolean drain(Duration atMost) throws InterruptedException {
        pipelines.stopCameras();
        boolean clean = server.isEmpty() || server.get().drain(atMost);
        pipelines.closeSinks();
        return clean;
    }

    @Override
    public void close() {
        server.ifPresent(PenstockServer::close);
        polling.forEach(Thread::interrupt);
        pipelines.close();
        repositories.forEach(RepositoryModels::close);
        // A reference to the method instead would link the class, and load all that it names, where there is no
        // tracing.
        tracing.ifPresent(each -> each.close());
        log.close();
    }

    private static Optional<TraceExport> traceExport(ServerSpec spec) {
        try {
            return TraceExport.of(
                    spec.tracing().map(ServerSpec.Tracing::otlp),
                    spec.tracing().map(ServerSpec.Tracing::ratio),
                    System.getenv());
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }
}
