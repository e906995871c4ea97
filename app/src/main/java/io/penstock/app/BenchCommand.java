package io.penstock.app;

import io.penstock.app.client.HttpCall;
import io.penstock.app.client.Lane;
import io.penstock.app.client.Load;
import io.penstock.app.client.LoadRun;
import io.penstock.app.client.Measured;
import io.penstock.spec.Durations;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts load on a pipeline, a model or any server of the protocol, and says how fast it was. */
@Command(
        name = "bench",
        description = {
            "Puts load on a server, or on a pipeline in this process, and says how fast it answered.",
            "",
            "  penstock bench model.onnx                                   without a network",
            "  penstock bench pipeline.yaml --input bus.jpg --protocol http",
            "  penstock bench http://127.0.0.1:8080 --model resnet --rate 200",
            "  penstock bench http://127.0.0.1:8080 --model resnet --find-rate --p99 50ms",
            "  penstock bench http://127.0.0.1:8000/predict --input bus.jpg    anything that takes a POST",
            "  penstock bench compare before.json after.json --fail-above 5%%",
            "",
            "Without --rate each connection sends again when it was answered (a closed loop). With it requests are due at"
                    + " that rate whatever happens (an open loop), and each latency counts from when its request was due.",
            ""
        },
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    private static final int OPEN_LANES = 128;

    private final Console console;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TARGET|URL",
            description = "A document (.yaml), a model (.onnx), a server's address, or an address with a path.")
    private String target = "";

    @Option(names = "--model", paramLabel = "NAME", description = "What to ask; several are asked at the same time.")
    private List<String> models = List.of();

    @Option(
            names = "--protocol",
            paramLabel = "http|grpc|in-process",
            description = "How requests go. Default: http to a URL, in-process to a TARGET.")
    private Optional<String> protocol = Optional.empty();

    @Option(names = "--grpc", paramLabel = "HOST:PORT", description = "Where gRPC answers, if not at the URL itself.")
    private Optional<String> grpc = Optional.empty();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Requests under way at once, for each model. Default: 8; with --rate at most 128.")
    private Optional<Integer> concurrency = Optional.empty();

    @Option(names = "--rate", paramLabel = "N", description = "Requests a second for each model: an open loop.")
    private Optional<Double> rate = Optional.empty();

    @Option(names = "--find-rate", description = "Looks for the highest rate whose 99th percentile holds.")
    private boolean findRate;

    @Option(names = "--p99", paramLabel = "TIME", description = "The limit for --find-rate. Default: 50ms.")
    private String p99 = "50ms";

    @Option(names = "--duration", paramLabel = "TIME", description = "How long is measured. Default: 10s.")
    private String duration = "10s";

    @Option(names = "--warmup", paramLabel = "TIME", description = "How long load is on before. Default: 2s.")
    private String warmUp = "2s";

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "What is sent: a picture, a JSON body, a tensor (.npy, .bin). Default: made-up tensors.")
    private Optional<Path> input = Optional.empty();

    @Option(
            names = "--shape",
            paramLabel = "INPUT=N,N",
            description = "Sizes where a model leaves them open. Default: 1.")
    private List<String> shapes = List.of();

    @Option(names = "--header", paramLabel = "NAME: VALUE", description = "Sent with each request.")
    private List<String> headers = List.of();

    @Option(
            names = "--encoding",
            paramLabel = "auto|binary|json",
            description = "How tensors go over HTTP. Default: binary if the server lists it.")
    private BenchRequest.Encoding encoding = BenchRequest.Encoding.AUTO;

    @Option(
            names = "-o",
            paramLabel = "table|json|csv|html",
            description = "How the result is written. Default: table.")
    private Format output = Format.TABLE;

    private enum Format {
        TABLE,
        JSON,
        CSV,
        HTML
    }

    BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        Load.Times times = new Load.Times(time("--warmup", warmUp), time("--duration", duration));
        BenchRequest request = request();
        BenchResult result;
        try (BenchTarget opened = open(request)) {
            result = findRate ? searched(opened, times) : measured(opened, times, rate);
        }
        switch (output) {
            case TABLE -> BenchText.table(console.out(), result);
            case JSON -> console.out().println(TreeText.json(result.tree()));
            case CSV -> BenchText.csv(console.out(), result);
            case HTML -> console.out().print(BenchHtml.page(result));
        }
        console.out().flush();
        boolean answered = result.loads().stream().allMatch(load -> load.answered() > 0);
        return (answered ? ExitCode.DONE : ExitCode.FAILED).number();
    }

    private void check() {
        if (target.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "give a document, a model or a URL; see penstock help bench");
        }
        if (rate.isPresent() && !(rate.get() > 0 && rate.get() <= 1e6)) {
            throw new CommandException(ExitCode.USAGE, "--rate must be above 0 and at most 1000000: " + rate.get());
        }
        if (concurrency.isPresent() && (concurrency.get() < 1 || concurrency.get() > 10_000)) {
            throw new CommandException(ExitCode.USAGE, "--concurrency must be from 1 to 10000: " + concurrency.get());
        }
        if (findRate && rate.isPresent()) {
            throw new CommandException(ExitCode.USAGE, "give --rate or --find-rate, not both");
        }
        if (!isUrl() && protocol().equals("grpc") && grpc.isPresent()) {
            throw new CommandException(ExitCode.USAGE, "--grpc is for a server that runs already");
        }
    }

    private boolean isUrl() {
        return target.matches("https?://.*") && !target.toLowerCase(Locale.ROOT).endsWith(".onnx");
    }

    private String protocol() {
        String word = protocol.orElse(isUrl() ? "http" : "in-process");
        if (!word.matches("http|grpc|in-process") || (isUrl() && word.equals("in-process"))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--protocol must be " + (isUrl() ? "http or grpc" : "http, grpc or in-process") + ": " + word);
        }
        return word;
    }

    private static Duration time(String option, String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, option + " " + e.getMessage() + ": " + text, e);
        }
    }

    private BenchRequest request() {
        Map<String, List<Long>> sizes = new LinkedHashMap<>();
        for (String shape : shapes) {
            if (!shape.matches("[^=]+=\\d{1,9}(,\\d{1,9})*")) {
                throw new CommandException(
                        ExitCode.USAGE, "--shape must be INPUT=N,N such as images=1,3,640,640: " + shape);
            }
            int at = shape.indexOf('=');
            sizes.put(
                    shape.substring(0, at),
                    Arrays.stream(shape.substring(at + 1).split(",", -1))
                            .map(Long::parseLong)
                            .toList());
        }
        List<HttpCall.Header> parsed;
        try {
            parsed = headers.stream().map(HttpCall.Header::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--header: " + e.getMessage(), e);
        }
        BenchInput given = input.isPresent() ? BenchInput.read(input.get()) : new BenchInput.Made();
        return new BenchRequest(models, given, encoding, parsed, sizes);
    }

    private BenchTarget open(BenchRequest request) throws InterruptedException {
        String how = protocol();
        if (isUrl()) {
            URI address = address(target);
            URI asked = grpc.map(each -> address(address.getScheme() + "://" + each))
                    .orElse(address);
            return new RemoteBench(address, how.equals("grpc") ? Optional.of(asked) : Optional.empty(), request);
        }
        Documents documents = Documents.read(List.of(target));
        documents.checkNames();
        Engine engine =
                Engine.start(UserFolders.of(System.getenv()), documents.server(), ProgressBar.ofFetches(console));
        return how.equals("in-process")
                ? new LocalBench(engine, documents, request)
                : new HostedBench(engine, documents, how.equals("grpc"), request);
    }

    private static URI address(String text) {
        try {
            URI address = URI.create(text);
            if (address.getHost() != null) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "no address: " + e.getMessage(), e);
        }
        throw new CommandException(ExitCode.USAGE, "an address needs a host: " + text);
    }

    private BenchResult measured(BenchTarget opened, Load.Times times, Optional<Double> offered)
            throws InterruptedException {
        int count = concurrency.orElse(offered.isPresent() ? OPEN_LANES : 8);
        List<Load> loads = new ArrayList<>();
        try {
            for (String model : opened.models()) {
                loads.add(new Load(
                        model,
                        opened.lanes(model, count),
                        offered.isPresent() ? OptionalDouble.of(offered.get()) : OptionalDouble.empty()));
            }
            List<Measured> measured = LoadRun.run(loads, times, _ -> {});
            return new BenchResult(conditions(opened, times, count, offered), measured, List.of());
        } finally {
            loads.forEach(load -> load.lanes().forEach(Lane::close));
        }
    }

    private BenchResult searched(BenchTarget opened, Load.Times times) throws InterruptedException {
        if (opened.models().size() != 1) {
            throw new CommandException(ExitCode.USAGE, "--find-rate takes one model at a time: " + opened.models());
        }
        Measured capacity = measured(opened, times, Optional.empty()).loads().getFirst();
        if (capacity.answered() == 0) {
            return new BenchResult(conditions(opened, times, 0, Optional.empty()), List.of(capacity), List.of());
        }
        RateSearch.Found found = new RateSearch(time("--p99", p99)).search(capacity.rate(), tried -> {
            Measured measured =
                    measured(opened, times, Optional.of(tried)).loads().getFirst();
            console.err()
                    .println(String.format(
                            Locale.ROOT, "%.1f/s: p99 %s", tried, BenchText.time(measured.percentile(99))));
            return measured;
        });
        Map<String, Object> conditions = conditions(opened, times, concurrency.orElse(OPEN_LANES), Optional.empty());
        conditions.put("p99Limit", p99);
        conditions.put("loop", "open, rate searched");
        List<Measured> best = found.best().map(step -> List.of(step.measured())).orElse(List.of(capacity));
        conditions.put("found", found.best().isPresent());
        return new BenchResult(conditions, best, found.steps());
    }

    private Map<String, Object> conditions(BenchTarget opened, Load.Times times, int count, Optional<Double> offered) {
        Map<String, Object> conditions = new LinkedHashMap<>();
        conditions.put("penstock", VersionCommand.number());
        conditions.put("target", opened.shown());
        conditions.put("protocol", protocol());
        conditions.put("loop", offered.isPresent() ? "open" : "closed");
        conditions.put("concurrency", count);
        offered.ifPresent(each -> conditions.put("offeredRate", each));
        input.ifPresent(file -> conditions.put("input", file.toString()));
        conditions.put("warmUpSeconds", BenchResult.seconds(times.warmUp()));
        conditions.put("durationSeconds", BenchResult.seconds(times.measured()));
        conditions.put("processors", Runtime.getRuntime().availableProcessors());
        conditions.put(
                "loadAverage",
                BenchResult.rounded(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        conditions.put("java", Runtime.version().toString());
        return conditions;
    }
}
