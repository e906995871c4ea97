package io.penstock.benchmarks;

import io.penstock.backend.onnxruntime.TinyOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a request costs on the way to a model that does nothing, against {@link BareServers}, in turn: CPU for 600 kB over
 * HTTP in binary and over gRPC in raw contents, 8 connections; and small requests a second at 32 connections.
 *
 * <p>Usage: {@code WireCost ROOT}; ROOT is a checkout whose {@code ./penstock} is built.
 */
public final class WireCost {
    /** Rounds that do not count: until C2 is done, it takes more than the requests. */
    private static final int WARM_UP = 3;

    private static final int ROUNDS = 3;
    private static final int ELEMENTS = 150_528;
    private static final int FLOAT = 1;

    private WireCost() {}

    /** One server under one kind of load. */
    private record Side(Process server, List<String> bench) {
        /** CPU milliseconds of the server for a request. */
        double cpuMillis() throws IOException, InterruptedException {
            double before = Children.cpuSeconds(server);
            BenchCsv csv = BenchCsv.parse(Children.output(bench));
            return (Children.cpuSeconds(server) - before) * 1e3 / csv.figure("answered");
        }

        double rate() throws IOException, InterruptedException {
            return BenchCsv.parse(Children.output(bench)).figure("ratePerSecond");
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        Path folder = Files.createTempDirectory("wire");
        Path large = new TinyOnnx()
                .input("x", FLOAT, 1, ELEMENTS)
                .output("shape", 7, 2)
                .node("Shape", List.of("x"), "shape")
                .write(folder.resolve("large.onnx"));
        Path small = TinyOnnx.identity(FLOAT, 1, 1).write(folder.resolve("small.onnx"));
        Path body = Files.write(folder.resolve("body.bin"), new byte[4 * ELEMENTS + 150]);
        Path few = Files.write(folder.resolve("few.bin"), new byte[160]);
        int ours = Children.freePort();
        Process penstock = Children.server(
                ours,
                Children.penstock(root, "run", large.toString(), small.toString(), "--port", Integer.toString(ours)));
        int http = Children.freePort();
        Process bareHttp = Children.server(http, Children.java(BareServers.class, "http", Integer.toString(http)));
        int grpc = Children.freePort();
        Process bareGrpc = Children.server(grpc, Children.java(BareServers.class, "grpc", Integer.toString(grpc)));
        String address = "http://127.0.0.1:" + ours;
        String bare = "http://127.0.0.1:" + http + "/infer";
        try {
            compareCpu(
                    "600 kB over HTTP, our CPU to bare Netty's",
                    new Side(penstock, bench(root, 8, address, "--model", "large")),
                    new Side(bareHttp, bench(root, 8, bare, "--input", body.toString())));
            List<String> call = List.of(address, "--model", "large", "--protocol", "grpc", "--grpc");
            compareCpu(
                    "600 kB over gRPC, our CPU to bare grpc-java's",
                    new Side(penstock, bench(root, 8, with(call, "127.0.0.1:" + ours))),
                    new Side(bareGrpc, bench(root, 8, with(call, "127.0.0.1:" + grpc))));
            compareRate(
                    new Side(penstock, bench(root, 32, address, "--model", "small")),
                    new Side(bareHttp, bench(root, 32, bare, "--input", few.toString())));
        } finally {
            for (Process each : List.of(penstock, bareHttp, bareGrpc)) {
                Children.end(each);
            }
            for (Path file : List.of(large, small, body, few, folder)) {
                Files.delete(file);
            }
        }
    }

    private static String[] with(List<String> first, String last) {
        List<String> all = new ArrayList<>(first);
        all.add(last);
        return all.toArray(String[]::new);
    }

    private static List<String> bench(Path root, int connections, String... more) {
        List<String> command = new ArrayList<>(Children.penstock(root, "bench"));
        command.addAll(List.of(more));
        command.addAll(List.of(
                "--concurrency", Integer.toString(connections), "--warmup", "0s", "--duration", "6s", "-o", "csv"));
        return command;
    }

    private static void compareCpu(String what, Side ours, Side theirs) throws IOException, InterruptedException {
        List<Double> ratios = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            double mine = ours.cpuMillis();
            double other = theirs.cpuMillis();
            if (round >= 0) {
                ratios.add(mine / other);
                System.out.printf(Locale.ROOT, "%s: %.3f ms to %.3f ms%n", what, mine, other);
            }
        }
        System.out.println(Callers.median(what, ratios));
    }

    private static void compareRate(Side ours, Side theirs) throws IOException, InterruptedException {
        List<Double> ratios = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            double mine = ours.rate();
            double other = theirs.rate();
            if (round >= 0) {
                ratios.add(mine / other);
                System.out.printf(Locale.ROOT, "small requests: %.0f/s to %.0f/s%n", mine, other);
            }
        }
        System.out.println(Callers.median("small requests a second, ours to a bare Netty echo's", ratios));
    }
}
