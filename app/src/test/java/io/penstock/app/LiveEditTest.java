package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Documents that are saved while they run. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class LiveEditTest {
    private static final UnaryOperator<Documents> FREE_PORT = Checkout::onFreePort;

    @TempDir
    private Path folder = Path.of("");

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private @Nullable Engine engine;
    private @Nullable ServerProcess process;
    private @Nullable Thread watch;
    private Path document = Path.of("");
    private String address = "";

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Files.copy(Checkout.detector(), folder.resolve("street-detector.onnx"));
        document = folder.resolve("pipeline.yaml");
        Files.copy(Checkout.sample(), document);
        Documents.Request request = Documents.Request.of(List.of(document.toString()));
        Documents read = FREE_PORT.apply(Documents.read(request));
        engine = Engine.start(Checkout.folders(folder), read.server());
        process = new ServerProcess(engine, read, Instant.now());
        address = "http://127.0.0.1:" + process.start();
        Console console = new Console(new PrintWriter(new StringWriter()), lines());
        watch = Thread.ofVirtual().start(new LiveEdit(request, read, process, console, FREE_PORT));
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (watch != null && process != null && engine != null) {
            watch.interrupt();
            watch.join();
            assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
            process.close();
            assertThat(engine.pool().openLeases()).isZero();
            engine.close();
        }
        client.close();
    }

    @Test
    void anEditTakesEffectAndNoRequestFailsMeanwhile() throws Exception {
        byte[] picture = frame();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        Thread asking = Thread.ofVirtual().start(() -> {
            while (!done.get()) {
                (status(picture) == 200 ? answered : failed).incrementAndGet();
            }
        });

        edit("scoreThreshold: 0.4", "scoreThreshold: 0.99");
        assertThat(nextLine()).isEqualTo("street runs as edited");
        assertThat(post(picture).body()).contains("\"detections\":[]");
        edit("uri: street-detector.onnx", "uri: street-detector.onnx\n    instances: 1");
        assertThat(nextLine()).isEqualTo("street runs as edited");

        done.set(true);
        asking.join();
        assertThat(failed).hasValue(0);
        assertThat(answered.get()).isPositive();
    }

    @Test
    void aBrokenEditIsExplainedAndLeavesWhatRunsRunning() throws Exception {
        byte[] picture = frame();

        edit("scoreThreshold: 0.4", "scoreTreshold: 0.9");
        assertThat(nextLine()).contains("refused", "keeps running");
        assertThat(nextLine()).contains("pipeline.yaml:", "did you mean scoreThreshold?");
        assertThat(post(picture).statusCode()).isEqualTo(200);
        assertThat(stats()).contains("\"refusedEdit\":\"");

        edit("scoreTreshold: 0.9", "scoreThreshold: 0.4");
        edit("street-detector.onnx", "no-such-model.onnx");
        assertThat(nextLine()).contains("refused");
        assertThat(nextLine()).contains("no-such-model.onnx");
        assertThat(post(picture).statusCode()).isEqualTo(200);

        edit("no-such-model.onnx", "street-detector.onnx");
        edit("scoreThreshold: 0.4", "scoreThreshold: 0.5");
        assertThat(nextLine()).isEqualTo("street runs as edited");
        assertThat(stats()).doesNotContain("refusedEdit");
    }

    @Test
    void aPipelineMayBeAddedAndTakenOut() throws Exception {
        byte[] picture = frame();
        String before = Files.readString(document);
        Files.writeString(document, before + """
                        ---
                        apiVersion: penstock.io/v1alpha1
                        kind: InferencePipeline
                        metadata: {name: second}
                        spec: {model: {name: other, uri: street-detector.onnx}}
                        """);
        assertThat(nextLine()).isEqualTo("second was added and runs");
        assertThat(ask("/pipelines/second", picture).statusCode()).isEqualTo(200);

        Files.writeString(document, before);
        assertThat(nextLine()).isEqualTo("second was taken out and has ended");
        assertThat(ask("/pipelines/second", picture).statusCode()).isEqualTo(404);
        assertThat(ask("/v2/models/other/infer", picture).statusCode()).isEqualTo(404);
    }

    private void edit(String from, String to) throws IOException {
        String text = Files.readString(document);
        assertThat(text).contains(from);
        Files.writeString(document, text.replace(from, to));
    }

    private String nextLine() throws InterruptedException {
        String line = said.poll(30, TimeUnit.SECONDS);
        return line == null ? "nothing was said" : line;
    }

    private PrintWriter lines() {
        return new PrintWriter(new StringWriter(), true) {
            @Override
            public void println(String text) {
                text.lines().forEach(said::add);
            }
        };
    }

    private byte[] frame() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/pipelines/street/streams/gate/frame.jpg"))
                .build();
        HttpResponse<byte[]> frame = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        while (frame.statusCode() != 200) { // the camera has just begun
            frame = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        }
        return frame.body();
    }

    private String stats() throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(address + "/dashboard/stats")).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private HttpResponse<String> post(byte[] picture) throws IOException, InterruptedException {
        return ask("/pipelines/street", picture);
    }

    private HttpResponse<String> ask(String path, byte[] picture) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                .POST(HttpRequest.BodyPublishers.ofByteArray(picture))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private int status(byte[] picture) {
        try {
            return post(picture).statusCode();
        } catch (IOException | InterruptedException _) {
            return 0;
        }
    }
}
