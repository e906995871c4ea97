package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sample as users meet it, over HTTP. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreetSampleTest {
    private static final String CAMERA = "/pipelines/street/streams/gate";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Engine engine;
    private final ServerProcess process;
    private final Documents documents = Checkout.documents();
    private String address = "";

    StreetSampleTest(@TempDir Path home) {
        engine = Engine.start(Checkout.folders(home), documents.server());
        process = new ServerProcess(engine, documents, Instant.now());
    }

    @BeforeAll
    void start() throws InterruptedException {
        address = "http://127.0.0.1:" + process.start();
    }

    @AfterAll
    void stopsCleanlyWithoutALeak() throws InterruptedException {
        assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
        assertBalanced(process.figures());
        process.close();
        assertThat(engine.pool().openLeases()).isZero();
        engine.close();
        client.close();
    }

    @Test
    void answersAPictureWithBoxesOfTheStreet() throws Exception {
        byte[] frame = getBytes(CAMERA + "/frame.jpg");
        HttpResponse<String> answer = postPicture(frame, "application/json");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .startsWith("{\"id\":")
                .contains("\"pipeline\":\"street\",", "\"width\":1280,\"height\":720", "\"label\":\"");
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void drawsThePictureWhereOneIsAskedFor() throws Exception {
        byte[] frame = getBytes(CAMERA + "/frame.jpg");
        HttpRequest request = post(frame).header("Accept", "image/png").build();
        byte[] png = client.send(request, BodyHandlers.ofByteArray()).body();
        assertThat(Arrays.copyOf(png, 4)).isEqualTo(new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    }

    @Test
    void sendsOneEventAFrameAndAMovingPicture() throws Exception {
        try (InputStream events = open(CAMERA + "/results")) {
            String first = new String(events.readNBytes(200), StandardCharsets.UTF_8);
            assertThat(first).contains("data: {\"id\":\"street/gate/", "\"stream\":\"gate\"");
        }
        try (InputStream video = open(CAMERA + "/video.mjpeg")) {
            String head = new String(video.readNBytes(60), StandardCharsets.ISO_8859_1);
            assertThat(head).contains("--").containsIgnoringCase("content-type: image/jpeg");
        }
    }

    @Test
    void theRawModelAnswersUnderItsOwnNameAndThePipelineUnderIts() throws Exception {
        assertThat(get("/v2/models/street-detector")).contains("\"platform\":\"onnxruntime_onnx\"");
        assertThat(get("/v2/models/street")).contains("\"name\":\"image\",\"datatype\":\"BYTES\"", "\"boxes\"");
        HttpRequest index = HttpRequest.newBuilder(URI.create(address + "/v2/repository/index"))
                .POST(BodyPublishers.ofString("{}"))
                .build();
        assertThat(client.send(index, BodyHandlers.ofString()).body())
                .as("the index lists models, not pipelines")
                .contains("\"street-detector\"")
                .doesNotContain("\"street\"");
    }

    @Test
    void aPipelinesStatisticsCountTheItemsItWasAskedFor() throws Exception {
        byte[] frame = getBytes(CAMERA + "/frame.jpg");
        long before = inferenceCount();
        HttpRequest infer = HttpRequest.newBuilder(URI.create(address + "/v2/models/street/infer"))
                .header("Inference-Header-Content-Length", "0")
                .POST(BodyPublishers.ofByteArray(frame))
                .build();
        for (int i = 0; i < 3; i++) {
            assertThat(client.send(infer, BodyHandlers.ofByteArray()).statusCode())
                    .isEqualTo(200);
        }
        assertThat(inferenceCount() - before).isEqualTo(3);
    }

    private long inferenceCount() throws Exception {
        return Long.parseLong(get("/v2/models/street/stats")
                .replaceAll("(?s).*\"inference_count\":([0-9]+),\"execution_count\":\\1,.*", "$1"));
    }

    @Test
    void badPicturesGetOneSentenceAndTheNextRequestIsAnswered() throws Exception {
        byte[] frame = getBytes(CAMERA + "/frame.jpg");
        byte[] huge = frame.clone();
        int size = startOfFrame(huge);
        for (int i = 0; i < 4; i += 2) {
            huge[size + i] = (byte) (60_000 >> 8);
            huge[size + i + 1] = (byte) 60_000;
        }
        assertRefused(postPicture(Arrays.copyOf(frame, frame.length / 2), "*/*"), 400, "damaged");
        assertRefused(postPicture(huge, "*/*"), 413, "60000 x 60000");
        assertRefused(postPicture(new byte[0], "*/*"), 400, "");
        assertRefused(postPicture("a,b,c".getBytes(StandardCharsets.UTF_8), "*/*"), 400, "no picture");
        assertRefused(postPicture(new byte[(64 << 20) + 1], "*/*"), 413, "67108864");
        assertThat(postPicture(frame, "*/*").statusCode()).isEqualTo(200);
    }

    @Test
    void healthFiguresMetricsAndThePageAreThere() throws Exception {
        assertThat(get("/livez")).isNotEmpty();
        assertThat(get("/readyz")).contains("ready");
        assertThat(get("/metrics"))
                .contains("penstock_stream_frames_total{", "penstock_infer_duration_seconds", "nv_inference_count{");
        assertThat(get("/dashboard/stats")).contains("\"street/gate\":{\"captured\":");
        HttpRequest page = HttpRequest.newBuilder(URI.create(address + "/"))
                .header("Accept", "text/html")
                .build();
        assertThat(client.send(page, BodyHandlers.ofString()).body()).contains("<html", "Penstock");
    }

    private void assertBalanced(String figures) {
        long captured = number(figures, "captured");
        long settled = number(figures, "inferred")
                + number(figures, "skipped")
                + number(figures, "queueFull")
                + number(figures, "tooOld")
                + number(figures, "decoder")
                + number(figures, "failed")
                + number(figures, "inFlight");
        assertThat(captured).isPositive().isEqualTo(settled);
        assertThat(number(figures, "failed")).isZero();
    }

    private static long number(String json, String key) {
        Matcher matcher =
                Pattern.compile("\"" + key + "\":([0-9]+)").matcher(json.substring(json.indexOf("\"streams\"")));
        assertThat(matcher.find()).as("%s in %s", key, json).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String word) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).startsWith("{\"error\":\"").contains(word).doesNotContain("Exception", "\tat ");
    }

    /** Where a JPEG's height and width stand: behind the marker SOF0, its length and its precision. */
    private static int startOfFrame(byte[] jpeg) {
        for (int i = 0; i + 8 < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0) {
                return i + 5;
            }
        }
        throw new AssertionError("no SOF0");
    }

    private String get(String path) throws IOException, InterruptedException {
        return new String(getBytes(path), StandardCharsets.UTF_8);
    }

    private byte[] getBytes(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                client.send(HttpRequest.newBuilder(URI.create(address + path)).build(), BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }

    private InputStream open(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(address + path)).build(), BodyHandlers.ofInputStream())
                .body();
    }

    private HttpRequest.Builder post(byte[] picture) {
        return HttpRequest.newBuilder(URI.create(address + "/pipelines/street"))
                .header("Content-Type", "image/jpeg")
                .POST(BodyPublishers.ofByteArray(picture));
    }

    private HttpResponse<String> postPicture(byte[] picture, String accept) throws IOException, InterruptedException {
        return client.send(post(picture).header("Accept", accept).build(), BodyHandlers.ofString());
    }
}
