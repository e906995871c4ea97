package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.penstock.backend.onnxruntime.TinyOnnx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code penstock bench}, shortly, over each protocol. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(180)
class BenchCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void eachProtocolAnswersWithoutAFailure() throws IOException {
        for (String protocol : List.of("in-process", "http", "grpc")) {
            Map<?, ?> load = load(bench("-o", "json", "--protocol", protocol, "--concurrency", "2"));
            assertThat(load.get("failed")).as(protocol).isEqualTo(0L);
            assertThat(count(load, "answered")).as(protocol).isGreaterThan(20);
            assertThat((List<?>) load.get("seconds")).isNotEmpty();
        }
    }

    @Test
    void anOpenLoopOffersItsRateInEveryFormat() throws IOException {
        Map<?, ?> load = load(bench("-o", "json", "--protocol", "http", "--rate", "50"));
        assertThat(count(load, "answered")).isBetween(40L, 60L);
        assertThat(bench("-o", "csv", "--rate", "50").out().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("model,");
        assertThat(bench("--rate", "50").out()).contains("loop open", "P99.9", "how many requests took how long", "#");
        assertThat(bench("-o", "html", "--rate", "50").out())
                .contains("<svg", "prefers-color-scheme:dark", "</html>")
                .doesNotContain("<script", "src=", "href=");
    }

    @Test
    void countsWhatAForeignServerCountsAndShowsItsErrors() throws IOException {
        AtomicLong counted = new AtomicLong();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/echo", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean isRefused = counted.incrementAndGet() % 4 == 0;
            byte[] answer = isRefused ? "{\"error\":\"every fourth\"}".getBytes(StandardCharsets.UTF_8) : body;
            exchange.sendResponseHeaders(isRefused ? 503 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            Path body = Files.writeString(folder.resolve("body.json"), "{\"a\":1}");
            String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/echo";
            CommandLineRun run = CommandLineRun.of(
                    "bench", address, "--input", body.toString(), "--warmup", "0s", "--duration", "1s", "-o", "json");
            Map<?, ?> load = load(run);
            assertThat(count(load, "answered") + count(load, "failed")).isEqualTo(counted.get());
            assertThat(run.out()).contains("\"status\": \"503\"", "every fourth");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void compareFailsWhereSomethingIsWorse() throws IOException {
        Path before = Files.writeString(folder.resolve("a.json"), result(100, 0.010));
        Path after = Files.writeString(folder.resolve("b.json"), result(80, 0.010));
        CommandLineRun worse =
                CommandLineRun.of("bench", "compare", before.toString(), after.toString(), "--fail-above", "5%");
        assertThat(worse.exitCode()).isEqualTo(1);
        assertThat(worse.out()).contains("20.0 % worse", "beyond the spread");
        assertThat(worse.err()).contains("ratePerSecond is worse by more than 5%");
        assertThat(CommandLineRun.of("bench", "compare", before.toString(), after.toString(), "--fail-above", "25%")
                        .exitCode())
                .isZero();
        assertThat(CommandLineRun.of("bench", "compare", after.toString(), before.toString(), "--fail-above", "0%")
                        .exitCode())
                .isZero();
    }

    @Test
    void wrongUsageSaysWhatIsAllowed() throws IOException {
        assertThat(CommandLineRun.of("bench").exitCode()).isEqualTo(2);
        assertThat(bench("--rate", "0").err()).contains("--rate must be above 0");
        assertThat(bench("--protocol", "udp").err()).contains("http, grpc or in-process");
        assertThat(bench("--header", "nonsense").err()).contains("NAME: VALUE");
        assertThat(CommandLineRun.of("bench", "http://127.0.0.1:9", "--model", "m")
                        .exitCode())
                .isEqualTo(4);
    }

    private static String result(double rate, double p99) {
        String second = "{\"ratePerSecond\":" + rate + ",\"p50\":0.005,\"p99\":" + p99 + "}";
        return "{\"models\":[{\"model\":\"m\",\"ratePerSecond\":" + rate
                + ",\"latencySeconds\":{\"p50\":0.005,\"p99\":" + p99 + "},\"seconds\":["
                + String.join(",", List.of(second, second, second, second)) + "]}]}";
    }

    private CommandLineRun bench(String... options) {
        Path model = TinyOnnx.identity(1, -1, 4).write(folder.resolve("tiny.onnx"));
        List<String> line = new ArrayList<>(
                List.of("bench", model.toString(), "--model", "tiny", "--warmup", "200ms", "--duration", "1s"));
        line.addAll(List.of(options));
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private static Map<?, ?> load(CommandLineRun run) throws IOException {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(TreeText.parse(run.out())).isInstanceOf(Map.class);
        Map<?, ?> result = (Map<?, ?>) TreeText.parse(run.out());
        return (Map<?, ?>) ((List<?>) Objects.requireNonNull(result.get("models"))).getFirst();
    }

    private static long count(Map<?, ?> load, String name) {
        return load.get(name) instanceof Long count ? count : -1;
    }
}
