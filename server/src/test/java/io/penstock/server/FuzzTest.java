package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that were good and then were bent: each gets one answer, no failure of ours, and the server lives on. */
@Timeout(120)
class FuzzTest {
    private static final List<String> BODIES = List.of(
            "{\"id\":\"a\",\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[3],\"data\":[1,2.5,-3e2]}],"
                    + "\"outputs\":[{\"name\":\"out\",\"parameters\":{\"binary_data\":true,\"classification\":2}}],"
                    + "\"parameters\":{\"priority\":1,\"timeout\":100000000,\"binary_data_output\":false}}",
            "{\"inputs\":[{\"name\":\"in\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":"
                    + "{\"shared_memory_region\":\"r\",\"shared_memory_byte_size\":4,\"shared_memory_offset\":0}}]}",
            "{\"instances\":[{\"in\":1},{\"in\":2.25}],\"x\":{\"y\":[null,true,\"\\u00e9\\ud83d\\ude00\"]}}",
            "{\"inputs\":{\"in\":[1,2,3]}}",
            "{\"parameters\":{\"config\":\"{}\",\"file:1/a.onnx\":\"AQID\",\"unload_dependents\":true}}",
            "{\"key\":\"/x\",\"offset\":0,\"byte_size\":8,\"ready\":false,\"trace_rate\":\"7\",\"log_info\":true}");
    private static final List<String> PATHS = List.of(
            "/v2/models/echo/infer",
            "/v2/models/echo-bytes/versions/1/infer",
            "/v1/models/echo:predict",
            "/v2/repository/index",
            "/v2/repository/models/first/load",
            "/v2/repository/models/..%2Ffirst/unload",
            "/v2/systemsharedmemory/region/r/register",
            "/v2/models/echo/trace/setting",
            "/v2/logging",
            "/v2/models/%FF%00/infer");
    private static final byte[] INTERESTING =
            "[]{}\",:0123456789-+.eENaIntfu\\ \0\u00ff".getBytes(StandardCharsets.ISO_8859_1);

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static byte[] bent(Random random, byte[] good) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int changes = 1 + random.nextInt(3);
        byte[] bytes = good;
        for (int i = 0; i < changes; i++) {
            out.reset();
            int at = random.nextInt(bytes.length + 1);
            int length = Math.min(random.nextInt(6), bytes.length - at);
            out.write(bytes, 0, at);
            switch (random.nextInt(4)) {
                case 0 -> out.write(INTERESTING[random.nextInt(INTERESTING.length)]);
                case 1 -> out.writeBytes("99999999999999999999".getBytes(StandardCharsets.ISO_8859_1));
                case 2 -> out.write(bytes, at, length);
                default -> {}
            }
            if (random.nextInt(8) > 0) {
                out.write(bytes, at + length, bytes.length - at - length);
            }
            bytes = out.toByteArray();
            if (bytes.length == 0) {
                return bytes;
            }
        }
        return bytes;
    }

    @Test
    void answersEveryBentBodyOnceAndLivesOn() throws Exception {
        Random random = new Random(20);
        for (int i = 0; i < 3_000; i++) {
            byte[] body = bent(random, BODIES.get(random.nextInt(BODIES.size())).getBytes(StandardCharsets.UTF_8));
            String path = PATHS.get(random.nextInt(PATHS.size()));
            HttpRequest.Builder request = server.request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body));
            if (random.nextInt(3) == 0) {
                request.header("Inference-Header-Content-Length", Integer.toString(random.nextInt(body.length + 3)));
            }
            if (random.nextInt(10) == 0) {
                request.header("Content-Encoding", random.nextBoolean() ? "gzip" : "deflate");
            }
            HttpResponse<String> answer = server.client.send(request.build(), HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode())
                    .as(path + " " + new String(body, StandardCharsets.UTF_8) + " " + answer.body())
                    .isIn(200, 400, 404, 413, 415, 501, 504);
            if (answer.statusCode() != 200) {
                assertThat(answer.body()).startsWith("{\"error\":\"");
            }
        }
        assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
        assertThat(server.pool.openLeases()).isZero();
    }

    @Test
    void answersEveryBentHeadOrClosesAndLivesOn() throws Exception {
        String head = String.join(
                "\r\n",
                "POST /v2/models/echo/infer HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/json",
                "Content-Length: 2",
                "Inference-Header-Content-Length: 2",
                "Accept-Encoding: gzip",
                "Connection: close",
                "",
                "{}");
        byte[] good = head.getBytes(StandardCharsets.ISO_8859_1);
        Random random = new Random(21);
        for (int i = 0; i < 400; i++) {
            byte[] request = bent(random, good);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port)) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertThat(answer)
                        .as(new String(request, StandardCharsets.ISO_8859_1))
                        .doesNotContain("HTTP/1.1 500", "Exception");
            }
        }
        assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void refusesDeepNestingQuickly() throws Exception {
        for (String opening : List.of("[", "{\"a\":", "{\"inputs\":[{\"data\":" + "[")) {
            for (String path : PATHS) {
                String body = opening.repeat(100_000);
                assertThat(server.post(path, body).statusCode()).as(path).isIn(400, 404);
            }
        }
        assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
    }
}
