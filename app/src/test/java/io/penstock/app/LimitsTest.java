package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.backend.onnxruntime.TinyOnnx;
import io.penstock.spec.ServerSpec;
import java.io.DataInputStream;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
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
            "bodyBytesPerSecond",
            "bodyWindow",
            "drainTimeout",
            "streamsPerConnection",
            "webSockets",
            "webSocketMessageBytes",
            "jsonDepth",
            "instancesPerRequest",
            "sharedMemoryRegions",
            "documentBytes",
            "modelBytes");

    /** By what enforces them: the codec of pictures, the batcher, an answer or a handshake that is slow, a stream. */
    private static final Set<String> ELSEWHERE = Set.of(
            "picturePixels",
            "queuePerModel",
            "answerTimeout",
            "answerBytesPerSecond",
            "handshakeTimeout",
            "messagesPerStream");

    @TempDir
    private Path folder = Path.of("");

    /** What is done to a server that listens at a port. */
    @FunctionalInterface
    private interface Attempt {
        void at(int port) throws Exception;
    }

    /** What is done to a process. */
    @FunctionalInterface
    private interface ProcessAttempt {
        void at(ServerProcess process, int port) throws Exception;
    }

    private void with(String limits, Attempt attempt) throws Exception {
        Files.write(folder.resolve("tiny.onnx"), TinyOnnx.identity(1, -1, 4).bytes());
        with(limits, folder.resolve("tiny.onnx").toString(), attempt);
    }

    private void with(String limits, String model, Attempt attempt) throws Exception {
        withProcess(limits, model, (process, port) -> attempt.at(port));
    }

    private void withProcess(String limits, String model, ProcessAttempt attempt) throws Exception {
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
            attempt.at(process, process.start());
        }
    }

    private static HttpResponse<String> post(int port, byte[] body, String header) throws Exception {
        return post(port, "/v2/models/tiny/infer", body, header);
    }

    private static HttpResponse<String> post(int port, String path, byte[] body, String header) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
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
    void bodyBytesPerSecond() throws Exception {
        with("bodyBytesPerSecond: 100, bodyWindow: 1s", port -> {
            try (Socket slow = connected(port)) {
                long begun = System.nanoTime();
                send(slow, "POST /v2/models/tiny/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{");
                assertThat(slow.getInputStream().read()).isEqualTo(-1);
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .as("within the window, not the usual one of 10 s")
                        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(9));
            }
        });
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void drainTimeout() throws Exception {
        Files.write(folder.resolve("tiny.onnx"), TinyOnnx.identity(1, -1, 4).bytes());
        String model = folder.resolve("tiny.onnx").toString();
        withProcess("drainTimeout: 1s", model, (process, port) -> {
            try (Socket unfinished = connected(port)) {
                send(
                        unfinished,
                        headed("POST /v2/models/tiny/infer HTTP/1.1", "Expect: 100-continue", "Content-Length: 500"));
                assertThat(unfinished.getInputStream().read())
                        .as("the server waits for the body")
                        .isEqualTo('H');
                long begun = System.nanoTime();
                assertThat(process.drain()).as("whether all was done").isFalse();
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(9));
            }
        });
    }

    @Test
    void streamsPerConnection() throws Exception {
        String settings = "\0\0\0\4\0\0\0\0\0";
        // POST / at a host "a", whose body does not end.
        String block = "\203\206\204\101\011localhost";
        with("streamsPerConnection: 1", port -> {
            try (Socket client = connected(port)) {
                send(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings);
                send(client, "\0\0" + (char) block.length() + "\1\4\0\0\0\1" + block);
                send(client, "\0\0" + (char) block.length() + "\1\4\0\0\0\3" + block);
                DataInputStream in = new DataInputStream(client.getInputStream());
                String offered = "";
                int type;
                do {
                    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                    type = in.readUnsignedByte();
                    in.skipNBytes(1);
                    int stream = in.readInt();
                    byte[] payload = in.readNBytes(length);
                    if (type == 4) {
                        offered += HexFormat.of().formatHex(payload);
                    } else if (type == 3) {
                        assertThat(stream).isEqualTo(3);
                        assertThat(payload).as("REFUSED_STREAM").containsExactly(0, 0, 0, 7);
                    }
                } while (type != 3);
                assertThat(offered).as("MAX_CONCURRENT_STREAMS 1").contains("000300000001");
            }
        });
    }

    private static String headed(String line, String... fields) {
        return line + "\r\nHost: localhost\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
    }

    private static String upgrade() {
        return headed(
                "GET /dashboard/live HTTP/1.1",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            assertThat(next).as("after " + head).isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }

    @Test
    void webSockets() throws Exception {
        with("webSockets: 1", port -> {
            try (Socket first = connected(port);
                    Socket second = connected(port)) {
                send(first, upgrade());
                assertThat(head(first)).startsWith("HTTP/1.1 101");
                send(second, upgrade());
                assertThat(head(second)).startsWith("HTTP/1.1 503");
            }
        });
    }

    @Test
    void webSocketMessageBytes() throws Exception {
        with("webSocketMessageBytes: 300", port -> {
            try (Socket client = connected(port)) {
                send(client, upgrade());
                assertThat(head(client)).startsWith("HTTP/1.1 101");
                // A text of 301 bytes, masked with zeros.
                send(client, "\201\376\1\55\0\0\0\0" + "x".repeat(301));
                String rest = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertThat(rest).contains("\3\361a message has at most 300 bytes (limits.webSocketMessageBytes)");
            }
        });
    }

    @Test
    void jsonDepth() throws Exception {
        with("jsonDepth: 8", port -> {
            for (String path : List.of("/v2/models/tiny/infer", "/v1/models/tiny:predict", "/v2/logging")) {
                String nested = "{\"unknown\":" + "[".repeat(8) + "]".repeat(8) + "}";
                HttpResponse<String> refused = post(port, path, nested.getBytes(StandardCharsets.US_ASCII), "-");
                assertThat(refused.statusCode()).as(path).isEqualTo(400);
                assertThat(refused.body()).contains("limits.jsonDepth").contains("8");
            }
            assertThat(post(port, inference(), "-").statusCode()).isEqualTo(200);
        });
    }

    @Test
    void instancesPerRequest() throws Exception {
        Files.write(folder.resolve("one.onnx"), TinyOnnx.identity(1, 1, 4).bytes());
        with("instancesPerRequest: 2", folder.resolve("one.onnx").toString(), port -> {
            byte[] two = "{\"instances\":[[1,2,3,4],[1,2,3,4]]}".getBytes(StandardCharsets.US_ASCII);
            byte[] three = "{\"instances\":[[1,2,3,4],[1,2,3,4],[1,2,3,4]]}".getBytes(StandardCharsets.US_ASCII);
            assertThat(post(port, "/v1/models/one:predict", two, "-").statusCode())
                    .isEqualTo(200);
            HttpResponse<String> refused = post(port, "/v1/models/one:predict", three, "-");
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("limits.instancesPerRequest");
        });
    }

    @Test
    void sharedMemoryRegions() throws Exception {
        Path shared = Path.of("/dev/shm");
        Assumptions.assumeTrue(Files.isDirectory(shared), "no /dev/shm here");
        Path file = Files.createTempFile(shared, "penstock-limits", "");
        try {
            Files.write(file, new byte[64]);
            byte[] region = ("{\"key\":\"/" + file.getFileName() + "\",\"offset\":0,\"byte_size\":64}")
                    .getBytes(StandardCharsets.US_ASCII);
            with("sharedMemoryRegions: 1", port -> {
                String path = "/v2/systemsharedmemory/region/%s/register";
                assertThat(post(port, path.formatted("a"), region, "-").statusCode())
                        .isEqualTo(200);
                HttpResponse<String> refused = post(port, path.formatted("b"), region, "-");
                assertThat(refused.statusCode()).isEqualTo(400);
                assertThat(refused.body()).contains("limits.sharedMemoryRegions");
            });
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void documentBytes() throws Exception {
        assertThatThrownBy(() -> with("documentBytes: 1Ki}}\n# " + "x".repeat(1024) + "\n#{{", port -> {}))
                .hasMessageContaining("limits.documentBytes allows 1024");
        with("documentBytes: 2Mi}}\n# " + "x".repeat((1 << 20) + 1) + "\n#{{", port -> {});
    }

    @Test
    void requestDeadline() throws Exception {
        Files.write(folder.resolve("tiny.onnx"), TinyOnnx.identity(1, -1, 4).bytes());
        Path waiting = Files.writeString(folder.resolve("waiting.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: tiny}
                spec: {model: {uri: tiny.onnx, batching: {maxBatchSize: 8, maxQueueDelay: 5s}}}
                """);
        with("requestDeadline: 200ms", waiting.toString(), port -> {
            long began = System.nanoTime();
            assertThat(post(port, inference(), "-").statusCode()).isEqualTo(504);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
        });
    }

    @Test
    void modelBytes() throws Exception {
        try (ModelServer models = new ModelServer()) {
            assertThatThrownBy(() -> with("modelBytes: 10", models.uri("/tiny.onnx"), port -> {}))
                    .hasMessageContaining("limits.modelBytes allows 10");
        }
    }
}
