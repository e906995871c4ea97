package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.backend.onnxruntime.TinyOnnx;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second model on what the first has found, from documents to JSON. The first always sees the same boxes; the second says
 * which colour it is shown most of, so that its answer tells what it was shown.
 */
@Timeout(120)
class ChainTest {
    private static final int SIDE = 128;

    @TempDir
    private Path folder = Path.of("");

    private Path picture = Path.of("");

    /** A quarter each: red, green, blue and black. */
    @BeforeEach
    void makePictureAndModels() throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        int[] quarters = {0xC80000, 0x00C800, 0x0000C8, 0};
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                image.setRGB(x, y, quarters[x / (SIDE / 2) + 2 * (y / (SIDE / 2))]);
            }
        }
        picture = folder.resolve("quarters.png");
        ImageIO.write(image, "png", picture.toFile());
        detector(List.of(new float[] {4, 4, 28, 28, 0.9f, 0}, new float[] {36, 4, 60, 28, 0.6f, 1}, new float[] {
            4, 36, 28, 60, 0.75f, 2
        }));
        new TinyOnnx()
                .input("images", 1, -1, 3, 32, 32)
                .metadata("names", "{0: 'red', 1: 'green', 2: 'blue'}")
                .node("GlobalAveragePool", List.of("images"), "scores")
                .output("scores", 1, -1, 3, 1, 1)
                .write(folder.resolve("colour.onnx"));
    }

    /** Rows of left, top, right, bottom in an input of 64 x 64, half the picture's size; score, class. */
    private void detector(List<float[]> boxes) {
        float[] rows = new float[300 * 6];
        for (int i = 0; i < boxes.size(); i++) {
            System.arraycopy(boxes.get(i), 0, rows, 6 * i, 6);
        }
        new TinyOnnx()
                .input("images", 1, 1, 3, 64, 64)
                .metadata("names", "{0: 'a', 1: 'b', 2: 'c'}")
                .constant("output0", rows, 1, 300, 6)
                .write(folder.resolve("boxes.onnx"));
    }

    private static String pipeline(String name, String model, String... steps) {
        return """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: %s}
                spec:
                  model: {name: %s-model, uri: "file:%s.onnx"}
                  postprocess:
                """.formatted(name, name, model) + String.join("", indented(steps));
    }

    private static List<String> indented(String... steps) {
        return List.of(steps).stream().map(step -> "    - " + step + "\n").toList();
    }

    private Path document(String... pipelines) throws IOException {
        return Files.writeString(folder.resolve("chain.yaml"), String.join("---\n", pipelines));
    }

    private Path chain(String infer) throws IOException {
        return document(
                pipeline("boxes", "boxes", "detections: {}", "infer: " + infer),
                pipeline("colour", "colour", "classify: {topK: 1}"));
    }

    private String infer(Path document, String... options) {
        List<String> arguments = new ArrayList<>(List.of("infer", document.toString(), picture.toString()));
        arguments.addAll(List.of(options));
        CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    /** Each object's label, and what the second model said of it. */
    private static List<String> told(String json) throws IOException {
        List<String> told = new ArrayList<>();
        for (ParsedJson detection : ParsedJson.of(json).objects("detections")) {
            StringBuilder line = new StringBuilder(detection.text("label"));
            for (ParsedJson said : detection.objects("inferred")) {
                for (ParsedJson best : said.objects("classifications")) {
                    line.append(' ').append(said.text("pipeline")).append(':').append(best.text("label"));
                }
            }
            told.add(line.toString());
        }
        return told;
    }

    @Test
    void eachObjectIsShownToTheSecondModelByItself() throws IOException {
        String json = infer(chain("{pipeline: colour, crop: true}"), "-o", "jsonl");
        assertThat(told(json)).containsExactlyInAnyOrder("a colour:red", "b colour:green", "c colour:blue");
        assertThat(json).contains("\"crops\":[{\"pipeline\":\"colour\",\"shown\":3,\"leftOut\":0}]");
    }

    @Test
    void theTableSaysItUnderEachObjectAndHowManyWereTooMany() throws IOException {
        String table = infer(chain("{pipeline: colour, crop: true, maxCrops: 2}"));
        assertThat(table.replaceAll(" \\d\\.\\d\\d\\b.*", "").lines().map(String::strip))
                .containsSubsequence("a", "colour: red")
                .containsSubsequence("c", "colour: blue")
                .doesNotContain("colour: green")
                .contains("1 more were not shown to colour");
    }

    @Test
    void labelsAndTheWholePictureAndFurtherModelsMayBeAskedFor() throws IOException {
        Path document = document(
                pipeline(
                        "boxes",
                        "boxes",
                        "detections: {translate: {b: Bee}}",
                        "infer: {pipeline: colour, crop: true, labels: [Bee]}",
                        "infer: {pipeline: parts, crop: true, labels: [c]}",
                        "infer: {pipeline: colour}"),
                pipeline("colour", "colour", "classify: {topK: 1}"),
                pipeline("parts", "boxes", "detections: {}", "infer: {pipeline: colour, crop: true, maxCrops: 1}"));
        String json = infer(document, "-o", "jsonl");
        assertThat(told(json)).contains("a", "Bee colour:green");
        // Of the part of 48 x 48 at (8, 72), the best box begins at 4/64 of it and is 24/64 large.
        assertThat(json)
                .contains("\"inferred\":[{\"pipeline\":\"parts\",\"detections\":[")
                .contains("\"box\":{\"x\":11.0,\"y\":75.0,\"width\":18.0,\"height\":18.0},"
                        + "\"inferred\":[{\"pipeline\":\"colour\",\"classifications\":[{\"label\":\"blue\"")
                .contains("\"crops\":[{\"pipeline\":\"colour\",\"shown\":1,\"leftOut\":2}]")
                .contains("],\"inferred\":[{\"pipeline\":\"colour\",\"classifications\":[{\"label\":\"");
    }

    /** With a delay that nobody waits out and room for 16, all must have come together, or the test never ends. */
    @Test
    void objectsOfSeveralPicturesShareOneExecution() throws Exception {
        List<float[]> boxes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            boxes.add(new float[] {8 * i, 0, 8 * i + 7, 20, 0.9f, i % 3});
        }
        detector(boxes);
        Path document = chain("{pipeline: colour, crop: true}");
        Files.writeString(
                document,
                Files.readString(document)
                        .replace(
                                "uri: \"file:colour.onnx\"",
                                "uri: \"file:colour.onnx\", instances: 1, batching: {maxBatchSize: 16, maxQueueDelay: 60s}"));
        try (Served served = new Served(document);
                HttpClient client = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            long executionsBefore = served.figure(client, "nv_inference_exec_count", "colour-model");
            for (int i = 0; i < 2; i++) {
                answers.add(client.sendAsync(served.post(picture), HttpResponse.BodyHandlers.ofString()));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get().statusCode()).isEqualTo(200);
                assertThat(told(answer.get().body()))
                        .filteredOn(line -> line.endsWith("colour:red"))
                        .hasSize(4);
                assertThat(told(answer.get().body()))
                        .filteredOn(line -> line.endsWith("colour:green"))
                        .hasSize(4);
            }
            assertThat(served.figure(client, "nv_inference_count", "colour-model"))
                    .isEqualTo(16);
            assertThat(served.figure(client, "nv_inference_exec_count", "colour-model") - executionsBefore)
                    .isEqualTo(1);
        }
    }

    @Test
    void refusesCallsOfNobodyAndInCircles() throws IOException {
        assertThat(refusal(document(pipeline("boxes", "boxes", "detections: {}", "infer: {pipeline: plates}"))))
                .contains("spec.postprocess[1].infer.pipeline: no pipeline is named plates; there is boxes");
        assertThat(refusal(document(
                        pipeline("boxes", "boxes", "detections: {}", "infer: {pipeline: colour}"),
                        pipeline("colour", "colour", "classify: {}", "infer: {pipeline: boxes}"))))
                .contains("spec.postprocess[1].infer.pipeline: a pipeline must not come to call itself:"
                        + " boxes -> colour -> boxes");
        assertThat(refusal(chain("{pipeline: colour, crop: true, labels: [d]}")))
                .contains("infer.labels names d, which no object found here is called");
        assertThat(refusal(document(
                        pipeline("one", "boxes", "detections: {}"), pipeline("two", "colour", "classify: {}"))))
                .contains("give a file with one pipeline, and those that it calls");
    }

    @Test
    void validateSaysWhoIsShownWhat() throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "validate", chain("{pipeline: colour, crop: true, labels: [a]}").toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("Pipeline colour is shown each object (a), at most 16 of a picture.");
    }

    private String refusal(Path document) {
        CommandLineRun run = CommandLineRun.of("infer", document.toString(), picture.toString());
        assertThat(run.exitCode()).as(run.out()).isEqualTo(3);
        return run.err();
    }

    /** A server of the document, for as long as it is open. */
    private final class Served implements AutoCloseable {
        private final Engine engine;
        private final ServerProcess process;
        private final String address;

        Served(Path document) throws InterruptedException {
            Documents read = Checkout.onFreePort(Documents.read(List.of(document.toString())));
            engine = Engine.start(Checkout.folders(folder), read.server());
            process = new ServerProcess(engine, read, Instant.now());
            address = "http://127.0.0.1:" + process.start();
        }

        HttpRequest post(Path picture) throws IOException {
            return HttpRequest.newBuilder(URI.create(address + "/pipelines/boxes"))
                    .POST(HttpRequest.BodyPublishers.ofFile(picture))
                    .build();
        }

        long figure(HttpClient client, String metric, String model) throws IOException, InterruptedException {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(address + "/metrics")).build();
            String text =
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            Matcher line = Pattern.compile("(?m)^" + metric + "\\{[^}]*model=\"" + model + "\"[^}]*} (\\d+)")
                    .matcher(text);
            return line.find() ? Long.parseLong(line.group(1)) : 0;
        }

        @Override
        public void close() {
            try {
                assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            process.close();
            assertThat(engine.pool().openLeases()).isZero();
            engine.close();
        }
    }
}
