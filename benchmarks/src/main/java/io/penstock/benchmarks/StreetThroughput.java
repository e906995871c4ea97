package io.penstock.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Frames a second of the street sample with {@code fps: max}, as a ratio to its limit: the cores divided by the CPU
 * seconds that the stages take alone with one caller on each core, rendering among them. The stages are measured before
 * and after each of five runs of the whole, whose limit is the mean of both.
 *
 * <p>Usage: {@code StreetThroughput ROOT}; ROOT is a checkout whose {@code ./penstock} is built.
 */
public final class StreetThroughput {
    private static final int ROUNDS = 5;
    private static final int WARM_UP_SECONDS = 12;
    private static final int RUN_SECONDS = 20;

    private StreetThroughput() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments.length == 0 ? "." : arguments[0]).toAbsolutePath();
        int cores = Runtime.getRuntime().availableProcessors();
        List<Double> ratios = new ArrayList<>();
        Path model = root.resolve("samples/street/street-detector.onnx");
        List<StreetStages> callers = new ArrayList<>();
        try {
            for (int i = 0; i < cores; i++) {
                callers.add(new StreetStages(model));
            }
            measure(callers); // warms up
            Map<String, Double> before = measure(callers);
            for (int round = 0; round < ROUNDS; round++) {
                double rate = run(root);
                Map<String, Double> after = measure(callers);
                double limit = (limit(cores, before) + limit(cores, after)) / 2;
                ratios.add(rate / limit);
                System.out.printf(
                        Locale.ROOT,
                        "%s limit %.1f/s, measured %.1f/s, ratio %.3f%n",
                        after,
                        limit,
                        rate,
                        rate / limit);
                before = after;
            }
        } finally {
            callers.forEach(StreetStages::close);
        }
        System.out.println(Callers.median("ratio to the limit", ratios));
    }

    private static double limit(int cores, Map<String, Double> seconds) {
        return cores
                / seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static Map<String, Double> measure(List<StreetStages> callers) throws InterruptedException {
        Map<String, Double> seconds = new LinkedHashMap<>();
        seconds.put("render", Callers.cpuSeconds(callers, StreetStages::render));
        seconds.put("write", Callers.cpuSeconds(callers, StreetStages::write));
        seconds.put("execute", Callers.cpuSeconds(callers, StreetStages::execute));
        seconds.put("decode", Callers.cpuSeconds(callers, StreetStages::decode));
        return seconds;
    }

    /** Inferred frames a second of the whole program, a process of its own, its warm-up left out as the stages' is. */
    private static double run(Path root) throws IOException, InterruptedException {
        Path document = root.resolve("samples/street/.throughput.yaml");
        String sample = Files.readString(root.resolve("samples/street/pipeline.yaml"));
        Files.writeString(
                document, sample.replace("fps: 25", "fps: max").replace("latencyTarget: 500ms", "latencyTarget: 10s"));
        int port = Children.freePort();
        Process process = new ProcessBuilder(
                        root.resolve("penstock").toString(),
                        "run",
                        document.toString(),
                        "--port",
                        Integer.toString(port),
                        "--duration",
                        WARM_UP_SECONDS + RUN_SECONDS + 10 + "s")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest figures = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/dashboard/stats"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
            String before = client.send(figures, BodyHandlers.ofString()).body();
            TimeUnit.SECONDS.sleep(RUN_SECONDS);
            String after = client.send(figures, BodyHandlers.ofString()).body();
            return (number(after, "inferred") - number(before, "inferred"))
                    / (number(after, "elapsedSeconds") - number(before, "elapsedSeconds"));
        } finally {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(document);
        }
    }

    private static double number(String json, String key) {
        Matcher matcher = Pattern.compile("\"" + key + "\":([0-9.]+)").matcher(json);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + key + " in " + json);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
