package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PipelineTest {
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> post(String body, String... headers) throws Exception {
        HttpRequest.Builder request =
                server.request("/pipelines/street").POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return server.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersAPictureWithItsResult() throws Exception {
        HttpResponse<String> answer = post("a photo", "content-type", "image/jpeg", "x-request-id", "r-1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.body())
                .startsWith("{\"id\":\"r-1\",\"pipeline\":\"street\"")
                .contains("\"label\":\"car\"");
    }

    @Test
    void answersWithTheAnnotatedPictureWhereItIsWanted() throws Exception {
        HttpResponse<String> jpeg = post("a photo", "accept", "image/jpeg");
        HttpResponse<String> png = post("a photo", "accept", "image/png;q=0.9, */*");

        assertThat(jpeg.headers().firstValue("content-type")).hasValue("image/jpeg");
        assertThat(jpeg.body()).isEqualTo("a jpeg");
        assertThat(png.headers().firstValue("content-type")).hasValue("image/png");
        assertThat(png.body()).isEqualTo("a png");
    }

    @Test
    void takesAMissingOrMeaninglessType() throws Exception {
        assertThat(post("a photo").statusCode()).isEqualTo(200);
        assertThat(post("a photo", "content-type", "application/octet-stream").statusCode())
                .isEqualTo(200);
        assertThat(post("a photo", "content-type", "application/x-www-form-urlencoded")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void refusesWhatItDoesNotTake() throws Exception {
        HttpResponse<String> wrongType = post("a photo", "content-type", "text/plain; charset=utf-8");
        HttpResponse<String> broken = post("broken");

        assertThat(wrongType.statusCode()).isEqualTo(415);
        assertThat(wrongType.body())
                .isEqualTo("{\"error\":\"pipeline street does not take text/plain, but image/jpeg, image/png\"}");
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(broken.body()).isEqualTo("{\"error\":\"the picture is damaged\"}");
        assertThat(post("").statusCode()).isEqualTo(400);
        assertThat(server.get("/pipelines/nobody").statusCode()).isEqualTo(404);
        assertThat(server.get("/pipelines/street/streams/nobody/frame.jpg").body())
                .contains("it has: gate");
    }

    @Test
    void listsPipelines() throws Exception {
        assertThat(server.get("/pipelines").body())
                .isEqualTo("{\"pipelines\":[{\"name\":\"street\",\"model\":\"echo\",\"mediaTypes\":[\"image/jpeg\","
                        + "\"image/png\"],\"streams\":[\"gate\"]}]}");
    }

    @Test
    void showsTheNewestFrame() throws Exception {
        server.pipeline.publish(0);

        HttpResponse<String> frame = server.get("/pipelines/street/streams/gate/frame.jpg");

        assertThat(frame.statusCode()).isEqualTo(200);
        assertThat(frame.headers().firstValue("content-type")).hasValue("image/jpeg");
        assertThat(frame.headers().firstValue("cache-control")).hasValue("no-store");
        assertThat(frame.body()).isEqualTo("a jpeg");
    }

    @Test
    void saysSoWhereNoFrameCame() throws Exception {
        HttpResponse<String> frame = server.get("/pipelines/street/streams/gate/frame.jpg");

        assertThat(frame.statusCode()).isEqualTo(503);
        assertThat(frame.headers().firstValue("retry-after")).hasValue("1");
    }

    @Test
    void streamsResultsAsEvents() throws Exception {
        server.pipeline.publish(0);
        HttpResponse<InputStream> answer = server.client.send(
                server.request("/pipelines/street/streams/gate/results").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo(": connected");
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).contains("\"frame\":0");
            assertThat(lines.readLine()).isEmpty();
            server.pipeline.publish(1);
            assertThat(lines.readLine()).startsWith("data: {\"id\":\"street/gate/0/1\"");
            server.pipeline.stream.close();
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).isNull();
        }
    }

    @Test
    void streamsAMovingPicture() throws Exception {
        server.pipeline.publish(0);
        HttpResponse<InputStream> answer = server.client.send(
                server.request("/pipelines/street/streams/gate/video.mjpeg").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("content-type").orElseThrow())
                .startsWith("multipart/x-mixed-replace; boundary=");
        try (InputStream in = answer.body()) {
            String part = "--penstock-frame\r\ncontent-type: image/jpeg\r\ncontent-length: 6\r\n\r\na jpeg\r\n";
            assertThat(new String(in.readNBytes(part.length()), StandardCharsets.US_ASCII))
                    .isEqualTo(part);
            server.pipeline.publish(1);
            assertThat(new String(in.readNBytes(part.length()), StandardCharsets.US_ASCII))
                    .isEqualTo(part);
        }
    }

    @Test
    void endsStreamsWhenItDrains() throws Exception {
        server.pipeline.publish(0);
        try (RawClient client = new RawClient(server.port)) {
            client.send("GET /pipelines/street/streams/gate/results HTTP/1.1\r\nhost: localhost\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200");

            assertThat(server.server.drain(Duration.ofSeconds(10))).isTrue();

            assertThat(new String(client.rest(), StandardCharsets.UTF_8)).endsWith("0\r\n\r\n");
        }
    }

    @Test
    void showsFiguresAndMetrics() throws Exception {
        server.pipeline.publish(0);
        server.post(
                "/v2/models/echo/infer",
                "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}");
        server.post("/v2/models/echo/infer", "hello");

        assertThat(server.get("/dashboard/stats").body()).contains("\"street/gate\"");
        assertThat(server.get("/metrics").body())
                .contains("penstock_infer_requests_total{model=\"echo\",outcome=\"success\",protocol=\"http\","
                        + "version=\"1\"} 1.0")
                .contains("outcome=\"invalid_request\"")
                .contains("penstock_stream_frames_total{outcome=\"inferred\",pipeline=\"street\",stream=\"gate\"} 1.0")
                .contains("penstock_infer_duration_seconds_bucket{model=\"echo\",phase=\"total\",le=\"0.001\"} 1")
                .contains("nv_inference_request_success{model=\"echo\",version=\"1\"} 1.0")
                .contains("penstock_bytes_in_flight")
                .contains("penstock_queue_depth{model=\"echo\"} 0.0")
                .contains("penstock_model_loaded{model=\"echo\",version=\"1\"} 1.0");
    }

    @Test
    void showsThePageToBrowsersAndAWordToOthers() throws Exception {
        HttpResponse<String> page = server.client.send(
                server.request("/").header("accept", "text/html,*/*").build(), HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> head =
                server.client.send(server.request("/").HEAD().build(), HttpResponse.BodyHandlers.ofString());

        assertThat(page.body()).contains("<title>Penstock");
        assertThat(page.headers().firstValue("cache-control")).hasValue("no-store");
        assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                .startsWith("default-src 'self';")
                .doesNotContain("unsafe");
        assertThat(server.get("/").body()).isEqualTo("Penstock is running");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("content-length")).hasValue("19");
        assertThat(head.body()).isEmpty();
    }

    @Test
    void thePageHoldsTheFirstFigures() throws Exception {
        String page = server.client
                .send(server.request("/").header("accept", "text/html").build(), HttpResponse.BodyHandlers.ofString())
                .body();
        int from = page.indexOf("<script type=\"application/json\" id=\"first\">");
        String state = page.substring(page.indexOf('>', from) + 1, page.indexOf("</script>", from));

        assertThat(state)
                .startsWith("{\"type\":\"stats\"")
                .contains("\"street/gate\"")
                .doesNotContain("<");
    }

    @Test
    void thePagesFilesAreSmallAndKnownAgain() throws Exception {
        String page = server.client
                .send(server.request("/").header("accept", "text/html").build(), HttpResponse.BodyHandlers.ofString())
                .body();
        Set<String> files = new TreeSet<>(Set.of("page.css", "page.js", "theme.js"));
        Set<String> read = new TreeSet<>();
        int bytes = page.length();
        while (!read.containsAll(files)) {
            String name = files.stream()
                    .filter(each -> !read.contains(each))
                    .findFirst()
                    .orElseThrow();
            HttpResponse<String> file = server.get("/page/" + name);
            read.add(name);
            bytes += file.body().length();
            assertThat(file.statusCode()).as(name).isEqualTo(200);
            assertThat(file.headers().firstValue("content-type").orElseThrow())
                    .isEqualTo(name.endsWith(".js") ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8");
            HttpResponse<String> again = server.client.send(
                    server.request("/page/" + name)
                            .header(
                                    "if-none-match",
                                    file.headers().firstValue("etag").orElseThrow())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(again.statusCode()).as(name).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            Matcher imported = Pattern.compile("from '\\./([a-z]+\\.js)'").matcher(file.body());
            while (imported.find()) {
                files.add(imported.group(1));
            }
        }

        assertThat(files).hasSizeGreaterThan(15);
        assertThat(bytes).as("script and style in all").isLessThan(100_000);
    }
}
