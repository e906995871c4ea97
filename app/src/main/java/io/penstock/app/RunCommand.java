package io.penstock.app;

import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.Pipeline;
import io.penstock.pipeline.StreamCounters;
import io.penstock.server.ServerStartException;
import io.penstock.serving.ModelStatistics;
import io.penstock.serving.WholeFile;
import io.penstock.spec.Durations;
import io.penstock.spec.ServerSpec;
import io.penstock.spec.SpecOverride;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs pipelines and models in this process until it is told to stop. */
@Command(
        name = "run",
        description = {
            "Runs pipelines and models in one process, and answers on one port: HTTP/1.1, HTTP/2 and gRPC.",
            "",
            "Ctrl-C or SIGTERM lets what is under way finish, prints the figures and ends with 0; a second one ends at"
                    + " once.",
            ""
        },
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private final Console console;
    private final Instant begun = Instant.now();
    private IntConsumer whenReady = _ -> {};

    @Parameters(
            paramLabel = "TARGET",
            arity = "1..*",
            description = "Pipeline documents (.yaml) and models (.onnx), any number of them. Documents are read again"
                    + " when they are saved; an edit that is refused leaves what runs running.")
    private List<String> targets = List.of();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port to listen on; 0 takes any free one. Default: the server document's, else 8080.")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Address to listen on. Default: the server document's, else 127.0.0.1.")
    private Optional<String> bind = Optional.empty();

    @Option(
            names = "--server",
            paramLabel = "FILE",
            description = "Document of kind Server: where to listen, limits, cache. Default: penstock.yaml beside the"
                    + " targets, where there is one.")
    private Optional<Path> server = Optional.empty();

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Sets a field of every pipeline document, as spec.model.instances=2; of one pipeline, as"
                    + " street/spec.model.instances=2; of the server, as Server/spec.limits.requestBytes=8Mi. May be"
                    + " given several times.")
    private List<String> set = List.of();

    @Option(names = "--open", description = "Opens the page in the browser once it is ready.")
    private boolean open;

    @Option(names = "--duration", paramLabel = "TIME", description = "Stops after this long: 30s, 5m. Default: never.")
    private Optional<String> duration = Optional.empty();

    @Option(names = "--stats", paramLabel = "FILE", description = "Writes the figures there as JSON at the end.")
    private Optional<Path> stats = Optional.empty();

    RunCommand(Console console) {
        this.console = console;
    }

    /**
     * Reads arguments of the plain forms, {@code --option value} and {@code --option=value}, since the command line's
     * library alone costs a third of a start.
     *
     * @return empty where the library has to look at them: another command, a question for help, anything amiss
     */
    static Optional<RunCommand> plain(Console console, String... arguments) {
        if (arguments.length < 2 || !arguments[0].equals("run")) {
            return Optional.empty();
        }
        RunCommand command = new RunCommand(console);
        command.targets = new ArrayList<>();
        command.set = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            String argument = arguments[i];
            if (!argument.startsWith("-")) {
                command.targets.add(argument);
                continue;
            }
            if (argument.equals("--open")) {
                command.open = true;
                continue;
            }
            int equals = argument.indexOf('=');
            boolean apart = equals < 0 && i + 1 < arguments.length;
            String value = apart ? arguments[++i] : equals < 0 ? "-" : argument.substring(equals + 1);
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (value.startsWith("-") || value.startsWith("\"") || !command.takes(name, value)) {
                return Optional.empty();
            }
        }
        return command.targets.isEmpty() ? Optional.empty() : Optional.of(command);
    }

    /** @param listener told the port once everything answers, before the process waits for its end */
    RunCommand tellingWhenReady(IntConsumer listener) {
        whenReady = listener;
        return this;
    }

    /** Sets an option that has a value; whether it is one and the value is of its kind. */
    private boolean takes(String option, String value) {
        switch (option) {
            case "--port" -> {
                if (!value.matches("[0-9]{1,9}")) {
                    return false;
                }
                port = Optional.of(Integer.valueOf(value));
            }
            case "--bind" -> bind = Optional.of(value);
            case "--server" -> server = Optional.of(Path.of(value));
            case "--set" -> set.add(value);
            case "--duration" -> duration = Optional.of(value);
            case "--stats" -> stats = Optional.of(Path.of(value));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What was asked for, for tests that hold both ways of reading against each other. */
    List<Object> asked() {
        return List.of(targets, port, bind, server, set, open, duration, stats);
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        long atMostNanos = atMostNanos();
        Documents.Request request = new Documents.Request(targets, server, overrides());
        Documents read = withFlags(Documents.read(request));
        if (read.targets().isEmpty() && read.repositories().isEmpty()) {
            throw new CommandException(ExitCode.REFUSED, "none of the files holds a pipeline or a model: " + targets);
        }
        Interrupts interrupts = Interrupts.take();
        UserFolders folders = UserFolders.of(System.getenv());
        try (Engine engine = Engine.start(folders, read.server(), ProgressBar.ofFetches(console));
                ServerProcess process = new ServerProcess(engine, read, begun)) {
            process.takeLog();
            OptionalInt bound = start(process, interrupts);
            if (bound.isEmpty()) {
                return stoppedEarly(process);
            }
            String address = address(read.server().listen(), bound.getAsInt());
            try (RunRecord.Announcement _ = RunRecord.announce(folders, address, console.err())) {
                announce(process, address);
                if (open) {
                    Browser.open(address + "/");
                }
                Thread edits = Thread.ofVirtual()
                        .name("documents")
                        .start(new LiveEdit(request, read, process, console, this::withFlags));
                whenReady.accept(bound.getAsInt());
                interrupts.await(atMostNanos);
                edits.interrupt();
                edits.join();
            }
            console.err().println("Draining: what is under way is finished, anything new is refused.");
            boolean clean = process.drain();
            if (!clean) {
                console.err()
                        .println("penstock: some requests were not done within "
                                + process.drainTimeout().toSeconds() + " s");
            }
            figures(process);
            if (stats.isPresent()) {
                WholeFile.write(stats.get(), process.figures() + "\n");
            }
            return clean ? ExitCode.DONE.number() : ExitCode.FAILED.number();
        }
    }

    private List<SpecOverride> overrides() {
        try {
            return set.stream().map(SpecOverride::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--set " + e.getMessage(), e);
        }
    }

    private Documents withFlags(Documents read) {
        ServerSpec.Listen written = read.server().listen();
        int number = port.orElse(written.port());
        if (number < 0 || number > 65535) {
            throw new CommandException(ExitCode.USAGE, "--port must be from 0 to 65535: " + number);
        }
        read.checkNames();
        return read.listeningOn(bind.orElse(written.address()), number);
    }

    /** The port, or nothing where a signal came before all was ready. */
    private static OptionalInt start(ServerProcess process, Interrupts interrupts) throws InterruptedException {
        interrupts.beginStart();
        try {
            return OptionalInt.of(process.start());
        } catch (InterruptedException e) {
            if (interrupts.hasArrived()) {
                return OptionalInt.empty();
            }
            throw e;
        } catch (ServerStartException e) {
            String advice = String.valueOf(e.getMessage()).endsWith("in use")
                    ? "; choose another with --port, or 0 for any"
                    : "";
            throw new CommandException(ExitCode.FAILED, e.getMessage() + advice, e);
        } finally {
            interrupts.endStart();
        }
    }

    /** There is nothing to drain. Under a native call nothing may be closed, so the process ends as it is. */
    private int stoppedEarly(ServerProcess process) {
        console.err().println("Stopped before it was ready.");
        if (process.isAbandoned()) {
            console.out().flush();
            console.err().flush();
            Runtime.getRuntime().halt(ExitCode.DONE.number());
        }
        return ExitCode.DONE.number();
    }

    private long atMostNanos() {
        if (duration.isEmpty()) {
            return 0;
        }
        try {
            return Math.max(1, Durations.parse(duration.get()).toNanos());
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--duration " + e.getMessage() + ": " + duration.get(), e);
        }
    }

    private static String address(ServerSpec.Listen listen, int bound) {
        boolean everywhere =
                listen.address().equals("0.0.0.0") || listen.address().equals("::");
        String host = everywhere ? "127.0.0.1" : listen.address();
        String scheme = listen.tls().isPresent() ? "https" : "http";
        return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound;
    }

    private void announce(ServerProcess process, String address) {
        PrintWriter out = console.out();
        out.println(String.format(
                Locale.ROOT,
                "Penstock %s is ready on %s after %.2f s",
                VersionCommand.number(),
                address,
                process.startToReady().toNanos() * 1e-9));
        out.println();
        for (RunningPipeline pipeline : process.running()) {
            out.println("  " + describe(pipeline));
        }
        for (RepositoryModels repository : process.repositories()) {
            out.println("  " + repository.folder().getFileName() + ": models " + String.join(", ", repository.names()));
        }
        out.println();
        out.println("  Look    " + address + "/");
        Optional<Pipeline> callable = process.running().stream()
                .flatMap(pipeline -> pipeline.steps().stream())
                .map(Pipeline.class::cast)
                .findFirst();
        if (callable.isPresent()) {
            String url = address + "/pipelines/" + callable.get().name();
            out.println("  Ask     curl --data-binary @photo.jpg " + url);
            out.println("  Draw    curl --data-binary @photo.jpg -H 'Accept: image/jpeg' -o out.jpg " + url);
        } else {
            String model = process.running().isEmpty()
                    ? process.repositories().getFirst().names().getFirst()
                    : process.running().getFirst().model().name();
            out.println("  Ask     curl " + address + "/v2/models/" + model);
            out.println("          curl -d @request.json " + address + "/v2/models/" + model + "/infer");
        }
        out.println("  Stop    Ctrl-C");
        out.println();
    }

    private static String describe(RunningPipeline running) {
        String name = running.target().pipeline().name();
        if (running.steps().isEmpty()) {
            return name + ": model " + running.model().name() + " as it is, no steps";
        }
        List<LiveStream> streams = running.steps().get().streams();
        String cameras = streams.isEmpty()
                ? ""
                : ", cameras: "
                        + String.join(
                                ", ", streams.stream().map(LiveStream::name).toList());
        return name + ": model " + running.model().name() + cameras;
    }

    private void figures(ServerProcess process) {
        for (RunningPipeline running : process.running()) {
            ModelStatistics statistics = running.model().statistics();
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "model %s: %d requests in %d executions, %d failed; compute p50 %.1f ms, p99 %.1f ms",
                            running.model().name(),
                            statistics.requestsSucceeded() + statistics.requestsFailed(),
                            statistics.executions(),
                            statistics.requestsFailed(),
                            statistics.computeTime().quantileSeconds(0.5) * 1e3,
                            statistics.computeTime().quantileSeconds(0.99) * 1e3));
            for (LiveStream stream : running.steps().map(Pipeline::streams).orElse(List.of())) {
                StreamCounters counters = stream.counters();
                console.out()
                        .println(String.format(
                                Locale.ROOT,
                                "stream %s/%s: %d captured, %d inferred, %d dropped (queue full %d, too old %d, failed %d)",
                                running.target().pipeline().name(),
                                stream.name(),
                                counters.captured(),
                                counters.inferred(),
                                counters.captured() - counters.inferred() - counters.skipped() - counters.inFlight(),
                                counters.droppedQueueFull(),
                                counters.droppedTooOld(),
                                counters.droppedFailed()));
            }
        }
    }
}
