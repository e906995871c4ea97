package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.backend.onnxruntime.TinyOnnx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A street camera whose objects are followed, with a second model behind it, as viewers receive it. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class LiveTrackingTest {
    private static final int FRAMES = 40;
    private static final String DOCUMENT = """
            apiVersion: penstock.io/v1alpha1
            kind: InferencePipeline
            metadata: {name: street}
            spec:
              source:
                streams:
                  cameras: [{name: gate, synthetic: {scene: street, seed: 1000, fps: 6}}]
              model: {name: street-detector, uri: "file:street-detector.onnx"}
              postprocess:
                - detections: {scoreThreshold: 0.4}
                - track: {}
                - infer: {pipeline: colour, crop: true, maxCrops: 4}
            ---
            apiVersion: penstock.io/v1alpha1
            kind: InferencePipeline
            metadata: {name: colour}
            spec:
              model: {name: colour-model, uri: "file:colour.onnx", batching: {maxBatchSize: 8}}
              postprocess: [classify: {topK: 1}]
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable Engine engine;
    private @Nullable ServerProcess process;
    private String address = "";

    @BeforeAll
    void start(@TempDir Path folder) throws IOException, InterruptedException {
        Files.copy(Checkout.detector(), folder.resolve("street-detector.onnx"));
        new TinyOnnx()
                .input("images", 1, -1, 3, 32, 32)
                .metadata("names", "{0: 'red', 1: 'green', 2: 'blue'}")
                .node("GlobalAveragePool", List.of("images"), "scores")
                .output("scores", 1, -1, 3, 1, 1)
                .write(folder.resolve("colour.onnx"));
        Path document = Files.writeString(folder.resolve("street.yaml"), DOCUMENT);
        Documents documents = Checkout.onFreePort(Documents.read(List.of(document.toString())));
        engine = Engine.start(Checkout.folders(folder), documents.server());
        process = new ServerProcess(engine, documents, Instant.now());
        address = "127.0.0.1:" + process.start();
    }

    @AfterAll
    void stop() throws InterruptedException {
        if (process != null && engine != null) {
            assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
            process.close();
            assertThat(engine.pool().openLeases()).isZero();
            engine.close();
        }
        client.close();
    }

    @Test
    void idsStayWithTheirObjectsInTheEventsOfEachFrame() throws Exception {
        List<ParsedJson> results = new ArrayList<>();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + address + "/pipelines/street/streams/gate/results"))
                .build();
        try (BufferedReader events = new BufferedReader(new InputStreamReader(
                client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8))) {
            while (results.size() < FRAMES) {
                String line = events.readLine();
                if (line.startsWith("data: ")) {
                    results.add(ParsedJson.of(line.substring(6)));
                }
            }
        }
        assertFollowed(results);
        assertThat(results).extracting(each -> each.number("frame")).isSorted().doesNotHaveDuplicates();
        assertThat(results)
                .anySatisfy(
                        each -> assertThat(each.toString()).contains("inferred=[{pipeline=colour, classifications="))
                .allSatisfy(each -> assertThat(each.objects("detections").stream()
                                .filter(object -> object.has("inferred"))
                                .count())
                        .isLessThanOrEqualTo(4));
    }

    @Test
    void idsStayWithTheirObjectsOverTheWebSocket() throws Exception {
        BlockingQueue<ParsedJson> received = new LinkedBlockingQueue<>();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://" + address + "/dashboard/live"), new Headers(received))
                .get();
        socket.sendText("{\"subscribe\":[{\"pipeline\":\"street\",\"stream\":\"gate\",\"view\":\"tile\"}]}", true)
                .get();
        List<ParsedJson> results = new ArrayList<>();
        while (results.size() < FRAMES / 2) {
            ParsedJson next = received.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("frame " + results.size()).isNotNull();
            results.add(next);
        }
        socket.abort();
        assertFollowed(results);
        assertThat(results)
                .anySatisfy(
                        each -> assertThat(each.toString()).contains("inferred=[{pipeline=colour, classifications="));
    }

    /**
     * Within a frame no id stands twice; an id keeps its label; most objects of a frame have the id that they had in the one
     * before, and an id does not jump: traffic lights, which stand, stay where they are.
     */
    private static void assertFollowed(List<ParsedJson> results) {
        Map<Long, String> labels = new HashMap<>();
        Map<Long, Double> lights = new HashMap<>();
        Set<Long> before = Set.of();
        long kept = 0;
        long objects = 0;
        long found = 0;
        for (ParsedJson result : results) {
            Map<Long, ParsedJson> byId = new TreeMap<>();
            for (ParsedJson object : result.objects("detections")) {
                found++;
                if (!object.has("trackId")) {
                    continue; // it was not seen before
                }
                long id = (long) object.number("trackId");
                String label = object.text("label");
                assertThat(byId.put(id, object)).as("id " + id + " twice").isNull();
                assertThat(labels.computeIfAbsent(id, _ -> label))
                        .as("id " + id)
                        .isEqualTo(label);
                if (label.equals("traffic light")) {
                    double x = object.object("box").number("x");
                    assertThat(Math.abs(lights.computeIfAbsent(id, _ -> x) - x))
                            .as("light " + id)
                            .isLessThan(40);
                }
            }
            if (!before.isEmpty()) {
                objects += byId.size();
                kept += byId.keySet().stream().filter(before::contains).count();
            }
            before = Set.copyOf(byId.keySet());
        }
        assertThat(objects).as("of " + found + " found").isGreaterThan(found * 2 / 3);
        assertThat(lights).isNotEmpty();
        assertThat((double) kept / objects).as(kept + " of " + objects).isGreaterThan(0.85);
    }

    /** Puts the JSON at the head of each binary message into a queue; the picture behind it is let go. */
    private static final class Headers implements WebSocket.Listener {
        private final BlockingQueue<ParsedJson> received;
        private byte[] message = new byte[0];

        Headers(BlockingQueue<ParsedJson> received) {
            this.received = received;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            ByteBuffer joined = ByteBuffer.allocate(message.length + data.remaining());
            joined.put(message).put(data).flip();
            message = last ? new byte[0] : joined.array();
            if (last) {
                byte[] json = new byte[joined.getInt()];
                joined.get(json);
                received.add(parsed(new String(json, StandardCharsets.UTF_8)));
            }
            socket.request(1);
            return null;
        }

        private static ParsedJson parsed(String json) {
            try {
                return ParsedJson.of(json);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
