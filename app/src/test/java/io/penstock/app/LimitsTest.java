package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.backend.onnxruntime.TinyOnnx;
import io.penstock.spec.ServerSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits hold as the Server document sets them, and each that there is has its test, here or where it is enforced. */
@Timeout(120)
class LimitsTest {
    private static final Set<String> HERE = Set.of(
            "requestBytes",
            "bytesInFlight",
            "headerBytes",
            "connections",
            "requestDeadline",
            "idleTimeout",
            "modelBytes");

    /** By what enforces them: the codec of pictures, the batcher, a connection that is read or written too slowly. */
    private static final Set<String> ELSEWHERE =
            Set.of("picturePixels", "queuePerModel", "bodyBytesPerSecond", "answerTimeout");

    @TempDir
    private Path folder = Path.of("");

    /** What is done to a server that listens at a port. */
    @FunctionalInterface
    private interface Attempt {
        void at(int port) throws Exception;
    }

    private void with(String limits, Attempt attempt) throws Exception {
        Files.write(folder.resolve("tiny.onnx"), TinyOnnx.identity(1, -1, 4).bytes());
        with(limits, folder.resolve("tiny.onnx").toString(), attempt);
    }

    private void with(String limits, String model, Attempt attempt) throws Exception {
        Path document = folder.resolve("server.yaml");
        Files.writeString(document, """
                apiVersion: penstock.io/v1alpha1
                kind: Server
                spec: {limits: {%s}}
                """.formatted(limits));
        Documents read = Checkout.onFreePort(
                Documents.read(new Documents.Request(List.of(model), Optional.of(document), List.of())));
        try (Engine engine = Engine.start(Checkout.folders(folder), read.server());
                ServerProcess process = new ServerProcess(engine, read, Instant.now())) {
            attempt.at(process.start());
        }
    }

    private static HttpResponse<String> post(int port, byte[] body, String header) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v2/models/tiny/infer"))
                            .header("x-padding", header)
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static byte[] inference() {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,4],\"data\":[1,2,3,4]}]}"
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void everyLimitHasItsTest() {
        Set<String> fields = new TreeSet<>();
        Arrays.stream(ServerSpec.Limits.class.getRecordComponents()).forEach(field -> fields.add(field.getName()));
        Set<String> tested = new TreeSet<>(HERE);
        tested.addAll(ELSEWHERE);
        assertThat(tested).isEqualTo(fields);
    }

    @Test
    void requestBytes() throws Exception {
        with("requestBytes: 1Ki", port -> {
            HttpResponse<String> refused = post(port, new byte[1025], "-");
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.body()).contains("1024");
            assertThat(post(port, inference(), "-").statusCode()).isEqualTo(200);
        });
    }

    @Test
    void bytesInFlight() throws Exception {
        with(
                "bytesInFlight: 16Mi",
                port -> assertThat(post(port, new byte[17 << 20], "-").statusCode())
                        .isEqualTo(503));
    }

    @Test
    void headerBytes() throws Exception {
        with("headerBytes: 1Ki", port -> {
            HttpResponse<String> refused = post(port, inference(), "x".repeat(1025));
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.body()).contains("1024");
        });
    }

    @Test
    void connections() throws Exception {
        with("connections: 2", port -> {
            List<Socket> open = new ArrayList<>();
            try {
                for (int i = 0; i < 2; i++) {
                    open.add(connected(port));
                    // Connections are counted by the thread that gets them: an answer shows that it has.
                    open.getLast()
                            .getOutputStream()
                            .write("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    assertThat(open.getLast().getInputStream().read()).isEqualTo('H');
                }
                open.add(connected(port));
                assertThat(new String(open.getLast().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 503")
                        .contains("2 connections");
            } finally {
                for (Socket socket : open) {
                    socket.close();
                }
            }
        });
    }

    private static Socket connected(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void idleTimeout() throws Exception {
        with("idleTimeout: 1s", port -> {
            try (Socket silent = connected(port)) {
                assertThat(silent.getInputStream().read()).isEqualTo(-1);
            }
        });
    }

    @Test
    void requestDeadline() throws Exception {
        // The first request of a process meets code that never ran: it cannot be done in a millisecond.
        with(
                "requestDeadline: 1ms",
                port -> assertThat(post(port, inference(), "-").statusCode()).isEqualTo(504));
    }

    @Test
    void modelBytes() throws Exception {
        try (ModelServer models = new ModelServer()) {
            assertThatThrownBy(() -> with("modelBytes: 10", models.uri("/tiny.onnx"), port -> {}))
                    .hasMessageContaining("limits.modelBytes allows 10");
        }
    }
}
