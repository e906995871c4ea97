package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.server.oip.ModelControl.LoadParameters;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OipExtensionsTest {
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String fp32(int count) {
        return "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[" + count + "],\"data\":["
                + "1.5,".repeat(count - 1) + "1.5]}]}";
    }

    private HttpResponse<byte[]> send(String path, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = server.request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return server.client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static byte[] gzip(byte[] plain) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream coder = new GZIPOutputStream(out)) {
            coder.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void takesAndGivesGzipAndDeflate() throws Exception {
        byte[] plain = utf8(fp32(500));
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream coder = new DeflaterOutputStream(deflated)) {
            coder.write(plain);
        }
        byte[] expected = send("/v2/models/echo/infer", plain).body();

        HttpResponse<byte[]> viaGzip = send(
                "/v2/models/echo/infer/", gzip(plain), "Content-Encoding", "gzip", "Accept-Encoding", "br, gzip;q=0.5");
        HttpResponse<byte[]> viaDeflate = send(
                "/v2/models/echo/infer",
                deflated.toByteArray(),
                "Content-Encoding",
                "deflate",
                "Accept-Encoding",
                "gzip;q=0.1, deflate");
        HttpResponse<byte[]> notWanted = send("/v2/models/echo/infer", plain, "Accept-Encoding", "gzip;q=0");

        assertThat(viaGzip.headers().firstValue("content-encoding")).hasValue("gzip");
        assertThat(new GZIPInputStream(new java.io.ByteArrayInputStream(viaGzip.body())).readAllBytes())
                .isEqualTo(expected);
        assertThat(viaDeflate.headers().firstValue("content-encoding")).hasValue("deflate");
        assertThat(new InflaterInputStream(new java.io.ByteArrayInputStream(viaDeflate.body())).readAllBytes())
                .isEqualTo(expected);
        assertThat(notWanted.headers().firstValue("content-encoding")).isEmpty();
        assertThat(notWanted.body()).isEqualTo(expected);
    }

    @Test
    void refusesWhatIsNotTheCodingItSays() throws Exception {
        byte[] coded = gzip(utf8(fp32(100)));
        byte[] cut = java.util.Arrays.copyOf(coded, coded.length - 3);
        byte[] changed = coded.clone();
        changed[changed.length - 6] ^= 1;
        byte[] longer = java.util.Arrays.copyOf(coded, coded.length + 1);

        for (byte[] wrong : List.of(cut, changed, longer, new byte[0], utf8("{}"))) {
            HttpResponse<byte[]> answer = send("/v2/models/echo/infer", wrong, "Content-Encoding", "gzip");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("coding gzip");
        }
        assertThat(send("/v2/models/echo/infer", coded, "Content-Encoding", "br")
                        .statusCode())
                .isEqualTo(415);
        assertThat(send("/v2/models/echo/infer", coded, "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void refusesABodyThatGrowsBeyondTheLimit() throws Exception {
        byte[] bomb = gzip(new byte[65 << 20]);
        assertThat(bomb.length).isLessThan(1 << 20);

        HttpResponse<byte[]> answer = send("/v2/models/echo/infer", bomb, "Content-Encoding", "gzip");

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("67108864");
        assertThat(server.pool.bytesInFlight()).isZero();
    }

    @Test
    void classifiesTheLargestValues() throws Exception {
        String body = "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[2,2],\"data\":[0.25,0.5,-1,-2]}],"
                + "\"outputs\":[{\"name\":\"out\",\"parameters\":{\"classification\":5}}]}";

        assertThat(server.post("/v2/models/rows/infer", body).body())
                .contains("\"datatype\":\"BYTES\",\"shape\":[2,2],"
                        + "\"data\":[\"0.500000:1\",\"0.250000:0\",\"-1.000000:0\",\"-2.000000:1\"]");
        assertThat(server.post(
                                "/v2/models/blob/infer",
                                "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"a\"]}],"
                                        + "\"outputs\":[{\"name\":\"out\",\"parameters\":{\"classification\":1}}]}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void loadsAndUnloadsThroughTheRepository() throws Exception {
        assertThat(server.post("/v2/repository/index", "").body())
                .isEqualTo("[{\"name\":\"first\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"},"
                        + "{\"name\":\"second\",\"version\":\"1\",\"state\":\"UNAVAILABLE\",\"reason\":\"unloaded\"}]");
        assertThat(server.post("/v2/repository/index", "{\"ready\":true}").body())
                .doesNotContain("second");
        HttpResponse<String> loaded = server.post(
                "/v2/repository/models/second/load",
                "{\"parameters\":{\"config\":\"{}\",\"file:1/model.onnx\":\"AQID\"}}");
        assertThat(loaded.body()).isEqualTo("{\"name\":\"second\",\"load\":true}");
        LoadParameters given = Objects.requireNonNull(server.control.loads.get("second"));
        assertThat(given.config()).hasValue("{}");
        assertThat(given.files().get("1/model.onnx")).containsExactly(1, 2, 3);
        assertThat(server.post("/v2/repository/index", "{\"ready\":true}").body())
                .contains("second");
        assertThat(server.post("/v2/repository/models/first/unload", "{\"parameters\":{\"unload_dependents\":true}}")
                        .body())
                .isEqualTo("{\"name\":\"first\",\"unload\":true}");
        assertThat(server.post("/v2/repository/index", "{\"ready\":true}").body())
                .isEqualTo("[]");
    }

    @Test
    void letsNoNameLeaveTheRepository() throws Exception {
        for (String name : List.of("..%2F..%2Fetc", "a/../b", "..", "%2Fetc", "a%00b", "a%5Cb")) {
            HttpResponse<String> answer = server.post("/v2/repository/models/" + name + "/load", "{}");
            assertThat(answer.statusCode()).as(name + answer.body()).isEqualTo(400);
        }
        for (String file : List.of("../x", "/etc/passwd", "1/../../x", "")) {
            String body = "{\"parameters\":{\"config\":\"{}\",\"file:" + file + "\":\"AQID\"}}";
            assertThat(server.post("/v2/repository/models/first/load", body).statusCode())
                    .as(file)
                    .isEqualTo(400);
        }
        assertThat(server.control.loads).isEmpty();
        assertThat(server.post("/v2/repository/models/nobody/load", "{}").statusCode())
                .isEqualTo(404);
    }

    @Test
    void changesLogAndTraceSettings() throws Exception {
        assertThat(server.get("/v2/logging").body())
                .isEqualTo("{\"log_file\":\"\",\"log_info\":true,\"log_warning\":true,\"log_error\":true,"
                        + "\"log_verbose_level\":0,\"log_format\":\"default\"}");
        assertThat(server.post("/v2/logging", "{\"log_info\":false,\"log_verbose_level\":2}")
                        .body())
                .contains("\"log_info\":false", "\"log_verbose_level\":2");
        assertThat(server.post("/v2/logging", "{\"log_info\":true,\"log_verbose_level\":0}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.post("/v2/logging", "{\"log_file\":\"/etc/passwd\"}").statusCode())
                .isEqualTo(501);
        assertThat(server.post("/v2/logging", "{\"log_info\":3}").statusCode()).isEqualTo(400);

        assertThat(server.post("/v2/trace/setting", "{\"trace_rate\":\"2\"}").body())
                .contains("\"trace_rate\":\"2\"");
        assertThat(server.post(
                                "/v2/models/echo/trace/setting",
                                "{\"trace_level\":[\"TIMESTAMPS\"],\"trace_rate\":\"1\"}")
                        .body())
                .contains("\"trace_level\":[\"TIMESTAMPS\"],\"trace_rate\":\"1\"");
        assertThat(server.get("/v2/trace/setting").body()).contains("\"OFF\"", "\"trace_rate\":\"2\"");
        assertThat(server.post("/v2/models/echo/trace/setting", "{\"trace_rate\":null}")
                        .body())
                .contains("\"trace_rate\":\"2\"");
        assertThat(server.post("/v2/trace/setting", "{\"trace_file\":\"/tmp/x\"}")
                        .statusCode())
                .isEqualTo(501);
        assertThat(server.post("/v2/trace/setting", "{\"trace_rate\":\"0\"}").statusCode())
                .isEqualTo(400);
        assertThat(server.get("/v2/models/nobody/trace/setting").statusCode()).isEqualTo(404);
    }

    @Test
    void tracesToTheLogWhatIsToBeTraced() throws Exception {
        List<String> lines = new java.util.concurrent.CopyOnWriteArrayList<>();
        java.util.logging.Logger log = java.util.logging.Logger.getLogger("io.penstock.trace");
        java.util.logging.Handler catcher = new java.util.logging.Handler() {
            @Override
            public void publish(java.util.logging.LogRecord message) {
                lines.add(message.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(catcher);
        try {
            server.post(
                    "/v2/models/echo/trace/setting",
                    "{\"trace_level\":[\"TIMESTAMPS\"],\"trace_rate\":\"2\",\"trace_count\":\"2\"}");
            for (int i = 0; i < 10; i++) {
                server.post("/v2/models/echo/infer", fp32(1));
                server.post("/v2/models/echo-fp32/infer", fp32(1));
            }
        } finally {
            log.removeHandler(catcher);
        }

        assertThat(lines)
                .hasSize(2)
                .allSatisfy(
                        line -> assertThat(line).contains("\"model_name\":\"echo\"", "REQUEST_START", "COMPUTE_END"));
    }

    @Test
    void statisticsAddUp() throws Exception {
        for (int i = 0; i < 3; i++) {
            server.post("/v2/models/echo/infer", fp32(2));
        }

        String stats = server.get("/v2/models/echo/stats").body();

        assertThat(stats)
                .contains("\"inference_count\":3,\"execution_count\":3", "\"success\":{\"count\":3,\"ns\":6000}")
                .contains("\"queue\":{\"count\":3,\"ns\":1500}", "\"compute_infer\":{\"count\":3,\"ns\":3000}")
                .contains("\"batch_stats\":[{\"batch_size\":1,\"compute_input\":{\"count\":3,\"ns\":0}");
    }

    @Test
    void announcesWhatItServes() throws Exception {
        assertThat(server.get("/v2").body())
                .contains("\"classification\"", "\"model_repository\"", "\"trace\"", "\"logging\"", "\"statistics\"")
                .doesNotContain("cuda", "sequence");
        assertThat(server.get("/v2/cudasharedmemory/status").statusCode()).isEqualTo(501);
        assertThat(server.post("/v2/cudasharedmemory/region/x/register", "{}").body())
                .contains("CUDA");
    }

    @Test
    void readsAndWritesSharedMemory() throws Exception {
        Path folder = Path.of("/dev/shm");
        Assumptions.assumeTrue(Files.isDirectory(folder), "no /dev/shm here");
        Path file = Files.createTempFile(folder, "penstock-test", "");
        try {
            ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putFloat(8, 1.5f).putFloat(12, -2);
            Files.write(file, bytes.array());
            String register = "{\"key\":\"/" + file.getFileName() + "\",\"offset\":8,\"byte_size\":56}";
            assertThat(server.post("/v2/systemsharedmemory/region/r/register", register)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(server.post("/v2/systemsharedmemory/region/r/register", register)
                            .statusCode())
                    .isEqualTo(400);
            assertThat(server.get("/v2/systemsharedmemory/region/r/status").body())
                    .contains("\"offset\":8,\"byte_size\":56");

            HttpResponse<String> answer = server.post("/v2/models/echo/infer", shared(8, 16));
            assertThat(answer.body())
                    .contains("\"parameters\":{\"shared_memory_region\":\"r\",\"shared_memory_offset\":16,"
                            + "\"shared_memory_byte_size\":8}")
                    .doesNotContain("\"data\"");
            ByteBuffer after = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(after.getFloat(24)).isEqualTo(1.5f);
            assertThat(after.getFloat(28)).isEqualTo(-2);

            assertThat(server.post("/v2/models/echo/infer", shared(8, 49)).statusCode())
                    .isEqualTo(400);
            assertThat(server.post("/v2/models/echo/infer", shared(4, 0)).statusCode())
                    .isEqualTo(400);
            assertThat(server.post("/v2/models/echo/infer", shared(Long.MAX_VALUE, 0))
                            .statusCode())
                    .isEqualTo(400);
            // The owner cuts its file off: a refusal, and the process lives.
            try (var channel = java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
            assertThat(server.post("/v2/models/echo/infer", shared(8, 16)).body())
                    .contains("cut off");
            assertThat(server.post("/v2/systemsharedmemory/unregister", "").statusCode())
                    .isEqualTo(200);
            assertThat(server.get("/v2/systemsharedmemory/status").body()).isEqualTo("[]");
            assertThat(server.get("/v2/systemsharedmemory/region/r/status").statusCode())
                    .isEqualTo(404);
            assertThat(server.post("/v2/models/echo/infer", shared(8, 16)).statusCode())
                    .isEqualTo(404);
        } finally {
            Files.delete(file);
        }
    }

    private static String shared(long bytes, long outputOffset) {
        return "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[2],\"parameters\":"
                + "{\"shared_memory_region\":\"r\",\"shared_memory_byte_size\":" + bytes + "}}],\"outputs\":[{\"name\":"
                + "\"out\",\"parameters\":{\"shared_memory_region\":\"r\",\"shared_memory_offset\":" + outputOffset
                + ",\"shared_memory_byte_size\":8}}]}";
    }

    @Test
    void opensNothingButSharedMemory() throws Exception {
        for (String key : List.of("../etc/passwd", "/../../etc/passwd", "", "/", "..", "a/b", "nothing-of-this-name")) {
            HttpResponse<String> answer = server.post(
                    "/v2/systemsharedmemory/region/r/register", "{\"key\":\"" + key + "\",\"byte_size\":8}");
            assertThat(answer.statusCode()).as(key).isEqualTo(400);
        }
    }

    @Test
    void aPipelinesHostStandsForItAlone() throws Exception {
        String name = server.pipeline.name();
        int port = server.port;
        for (String host : List.of(name + ".vision.example.com", name + "-predictor.x.example.com:" + port)) {
            assertThat(raw("GET", "/v2", host)).startsWith("HTTP/1.1 200");
            assertThat(raw("GET", "/pipelines/" + name, host)).startsWith("HTTP/1.1 200");
            assertThat(raw("GET", "/v2/models/" + server.pipeline.modelName(), host))
                    .startsWith("HTTP/1.1 200");
            assertThat(raw("GET", "/v2/models/rows", host))
                    .startsWith("HTTP/1.1 404")
                    .contains(name);
            assertThat(raw("GET", "/pipelines/other", host)).startsWith("HTTP/1.1 404");
        }
        assertThat(raw("GET", "/v2", "nobody.vision.example.com")).startsWith("HTTP/1.1 403");
        assertThat(raw("GET", "/v2", name + ".vision.evil.com")).startsWith("HTTP/1.1 403");
        assertThat(raw("GET", "/v2", name + ".a.b.example.com")).startsWith("HTTP/1.1 403");
    }

    private String raw(String method, String path, String host) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port)) {
            socket.getOutputStream()
                    .write(utf8(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
