package io.penstock.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Requests a second of the server, as a ratio to its limit: the cores divided by the CPU seconds that the stages take alone
 * with a caller on each core and ONNX Runtime at one thread. The client, {@code penstock bench} with 8 connections, has the
 * same cores. The stages are measured before and after each run; the run's limit is the mean of both.
 *
 * <p>Usage: {@code ServerEfficiency ROOT MODEL.onnx tensor|jpeg PHOTO.jpg}; ROOT is a checkout whose {@code ./penstock} is
 * built. With {@code tensor} the limit is ONNX Runtime alone and requests are binary tensors; with {@code jpeg} decoding,
 * tensor and reading of the outputs count too, and requests are the photo.
 */
public final class ServerEfficiency {
    private static final int ROUNDS = 3;
    private static final int CONNECTIONS = 8;

    private ServerEfficiency() {}

    private record Run(double rate, double p50, double p99) {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        Path model = Path.of(arguments[1]).toAbsolutePath();
        boolean isPhoto = arguments[2].equals("jpeg");
        Path photo = Path.of(arguments[3]).toAbsolutePath();
        int cores = Runtime.getRuntime().availableProcessors();
        Limit limits = new Limit(isPhoto, new ArrayList<>(), new ArrayList<>());
        List<Double> ratios = new ArrayList<>();
        List<Double> tails = new ArrayList<>();
        int port = Children.freePort();
        Process server = Children.server(
                port, Children.penstock(root, "run", model.toString(), "--port", Integer.toString(port)));
        try {
            for (int i = 0; i < cores; i++) {
                limits.addCaller(model, photo);
            }
            run(root, model, port, isPhoto ? photo.toString() : "");
            limits.cpuSeconds();
            double before = limits.cpuSeconds();
            for (int round = 0; round < ROUNDS; round++) {
                Run run = run(root, model, port, isPhoto ? photo.toString() : "");
                double after = limits.cpuSeconds();
                double limit = cores * (1 / before + 1 / after) / 2;
                ratios.add(run.rate() / limit);
                tails.add(run.p99() / run.p50());
                System.out.printf(
                        Locale.ROOT,
                        "limit %.1f/s (%.2f ms CPU), measured %.1f/s, p50 %.4f s, p99 %.4f s, ratio %.3f%n",
                        limit,
                        after * 1e3,
                        run.rate(),
                        run.p50(),
                        run.p99(),
                        run.rate() / limit);
                before = after;
            }
        } finally {
            Children.end(server);
            limits.close();
        }
        System.out.println(Callers.median("ratio to the limit", ratios));
        System.out.println(Callers.median("p99 / p50", tails));
    }

    /** What the work needs, with a caller on each core. */
    private record Limit(boolean isPhoto, List<ModelStages> photos, List<ModelSession> tensors)
            implements AutoCloseable {
        void addCaller(Path model, Path photo) throws IOException {
            if (isPhoto) {
                photos.add(new ModelStages(model, Files.readAllBytes(photo)));
            } else {
                tensors.add(new ModelSession(model));
            }
        }

        double cpuSeconds() throws InterruptedException {
            return isPhoto
                    ? Callers.cpuSeconds(photos, ModelStages::execute)
                            + Callers.cpuSeconds(photos, ModelStages::decode)
                            + Callers.cpuSeconds(photos, ModelStages::write)
                            + Callers.cpuSeconds(photos, ModelStages::read)
                    : Callers.cpuSeconds(tensors, ModelSession::execute);
        }

        @Override
        public void close() {
            photos.forEach(ModelStages::close);
            tensors.forEach(ModelSession::close);
        }
    }

    private static Run run(Path root, Path model, int port, String input) throws IOException, InterruptedException {
        String name = model.getFileName().toString().replaceAll("\\.onnx$", "");
        List<String> command = new ArrayList<>(Children.penstock(
                root,
                "bench",
                "http://127.0.0.1:" + port,
                "--model",
                name,
                "--protocol",
                "http",
                "--concurrency",
                Integer.toString(CONNECTIONS),
                "--warmup",
                "12s",
                "--duration",
                "12s",
                "-o",
                "csv"));
        if (!input.isEmpty()) {
            command.add("--input");
            command.add(input);
        }
        BenchCsv csv = BenchCsv.parse(Children.output(command));
        return new Run(csv.figure("ratePerSecond"), csv.figure("p50"), csv.figure("p99"));
    }
}
