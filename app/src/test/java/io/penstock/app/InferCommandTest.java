package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.penstock.backend.onnxruntime.TinyOnnx;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code penstock infer} on frames of the street, in every format. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InferCommandTest {
    private final String target = Checkout.sample().toString();
    private Path folder = Path.of("");
    private Path images = Path.of("");

    @BeforeAll
    void export(@TempDir Path scratch) {
        folder = scratch;
        images = scratch.resolve("images");
        CommandLineRun run =
                CommandLineRun.of("scene", "export", "--seed", "1", "--frames", "2", "--out", scratch.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void csvHasALineForEachBoxThatATableShows() {
        CommandLineRun csv = infer("csv", images.toString());
        List<String> lines = csv.out().lines().toList();
        assertThat(lines.getFirst()).isEqualTo("file,imageWidth,imageHeight,label,classId,score,x,y,width,height");
        assertThat(lines).hasSizeGreaterThan(3).allMatch(line -> line.split(",", -1).length == 10);
        long shown = infer("table", images.toString())
                .out()
                .lines()
                .filter(line -> line.startsWith("  "))
                .count();
        assertThat(lines.size() - 1L).isEqualTo(shown);
    }

    @Test
    void cocoNamesImagesAnnotationsAndCategories() throws IOException {
        String coco = infer("coco", images.toString()).out();
        assertThat(TreeText.parse(coco)).isInstanceOf(Map.class);
        assertThat(coco)
                .contains("{\"images\":[{\"id\":1,\"file_name\":", "{\"id\":2,\"file_name\":")
                .contains("\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":", "\"bbox\":[", "\"area\":")
                .contains("\"categories\":[{\"id\":", "\"name\":\"traffic light\"");
    }

    @Test
    void jsonIsOneArrayAndJsonlAnObjectALine() throws IOException {
        assertThat((List<?>) TreeText.parse(infer("json", images.toString()).out()))
                .hasSize(2);
        List<String> lines = infer("jsonl", images.toString()).out().lines().toList();
        assertThat(lines).hasSize(2);
        for (String line : lines) {
            assertThat(TreeText.parse(line)).isInstanceOf(Map.class);
        }
    }

    @Test
    void anyShapeOfPictureIsAnsweredAndAnnotated() throws IOException {
        Path odd = Files.createDirectories(folder.resolve("odd"));
        int[][] sizes = {{1, 1}, {1, 3000}, {3000, 1}, {7, 5}};
        for (int[] size : sizes) {
            BufferedImage image = new BufferedImage(size[0], size[1], BufferedImage.TYPE_INT_RGB);
            ImageIO.write(
                    image, "png", odd.resolve(size[0] + "x" + size[1] + ".png").toFile());
        }
        Path out = folder.resolve("oddly");
        CommandLineRun run = CommandLineRun.of("infer", target, odd.toString(), "-o", "jsonl", "--out", out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines()).hasSize(4).allMatch(line -> line.contains("\"detections\":["));
        try (Stream<Path> annotated = Files.list(out)) {
            assertThat(annotated).hasSize(4);
        }
    }

    /** Its pixels would take 1.2 GB, its file takes 400 kB. */
    @Test
    void aPictureThatIsTooLargeIsRefusedAndTheNextIsAnswered() throws IOException {
        Path mixed = Files.createDirectories(folder.resolve("mixed"));
        BufferedImage large = new BufferedImage(20_000, 20_000, BufferedImage.TYPE_BYTE_BINARY);
        ImageIO.write(large, "png", mixed.resolve("a.png").toFile());
        ImageIO.write(
                new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB),
                "png",
                mixed.resolve("b.png").toFile());
        CommandLineRun run = CommandLineRun.of("infer", target, mixed.toString(), "-o", "jsonl");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("a.png").contains("20000 x 20000");
        assertThat(run.out().lines()).hasSize(1).allMatch(line -> line.contains("\"width\":64"));
    }

    @Test
    void picturesOfOneNameAreAnnotatedBesideEachOther() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other"));
        Path first;
        try (Stream<Path> files = Files.list(images)) {
            first = files.sorted().findFirst().orElseThrow();
        }
        Path twin = Files.copy(first, other.resolve(first.getFileName()));
        Path out = folder.resolve("annotated");
        CommandLineRun run =
                CommandLineRun.of("infer", target, first.toString(), twin.toString(), "--out", out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void looksAtWhatAnAddressGives() throws IOException {
        byte[] picture;
        try (Stream<Path> files = Files.list(images)) {
            picture = Files.readAllBytes(files.sorted().findFirst().orElseThrow());
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/a.jpg", exchange -> {
            exchange.sendResponseHeaders(200, picture.length);
            exchange.getResponseBody().write(picture);
            exchange.close();
        });
        server.start();
        try {
            String address = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(infer("table", address + "/a.jpg").out()).contains("/a.jpg  1280 x 720", "traffic light");
            CommandLineRun missing = CommandLineRun.of("infer", target, address + "/b.jpg");
            assertThat(missing.exitCode()).isEqualTo(4);
            assertThat(missing.err()).contains("/b.jpg", "404");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void answersTensorsInJson() throws IOException {
        Path model = TinyOnnx.identity(1, -1, 4).write(folder.resolve("tiny.onnx"));
        CommandLineRun metadata = CommandLineRun.of("models", "show", model.toString(), "-o", "json");
        String input = metadata.out()
                .replaceAll("(?s).*\"inputs\"\\s*:\\s*\\[\\s*\\{\\s*\"name\"\\s*:\\s*\"([^\"]+)\".*", "$1");
        Path request = Files.writeString(
                folder.resolve("request.json"),
                "{\"inputs\":[{\"name\":\"" + input
                        + "\",\"datatype\":\"FP32\",\"shape\":[1,4],\"data\":[1,2,3,4.5]}]}");
        CommandLineRun run = CommandLineRun.of("infer", model.toString(), request.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("\"shape\":[1,4]", "4.5");
        CommandLineRun picture = CommandLineRun.of("infer", model.toString(), images.toString());
        assertThat(picture.exitCode()).isEqualTo(3);
        assertThat(picture.err()).contains("takes no pictures but tensors in JSON");
    }

    private CommandLineRun infer(String format, String input) {
        CommandLineRun run = CommandLineRun.of("infer", target, input, "-o", format);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }
}
