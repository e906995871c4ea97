package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.backend.onnxruntime.TinyOnnx;
import io.penstock.vision.detect.DetectorFamily;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Models as training tools write them, from the file to the JSON of what they see in a picture of 128 x 128. */
@Timeout(120)
class DetectorFamiliesTest {
    private static final String OBJECT =
            "\"score\":0.75,\"box\":{\"x\":32.0,\"y\":32.0,\"width\":64.0,\"height\":48.0}";

    @TempDir
    private Path folder = Path.of("");

    private Path picture = Path.of("");

    static List<TinyDetectors.Case> families() {
        return TinyDetectors.all();
    }

    @BeforeEach
    void makePicture() throws IOException {
        picture = folder.resolve("picture.png");
        BufferedImage image = new BufferedImage(128, 128, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 128; y++) {
            for (int x = 0; x < 128; x++) {
                image.setRGB(x, y, 0xC82814);
            }
        }
        ImageIO.write(image, "png", picture.toFile());
    }

    @ParameterizedTest
    @MethodSource("families")
    void seesTheOneObject(TinyDetectors.Case each) throws IOException {
        String target = target(each);
        CommandLineRun seen = CommandLineRun.of("infer", target, picture.toString(), "-o", "jsonl");
        assertThat(seen.exitCode()).as(seen.err()).isZero();
        assertThat(seen.out().split("\"label\"", -1)).as(seen.out()).hasSize(2);
        if (each.family().equals("classMap")) {
            assertThat(seen.out()).contains(each.further());
        } else {
            assertThat(seen.out()).contains("\"label\":\"b\"").contains(OBJECT).contains(each.further());
        }
        CommandLineRun validated = CommandLineRun.of("validate", target);
        assertThat(validated.out()).contains("detections: " + each.family() + ",");
        assertThat(validated.out()).contains("Pictures go in as 64 x 64 (");
    }

    private String target(TinyDetectors.Case each) throws IOException {
        Path model = each.model().write(folder.resolve("tiny.onnx"));
        if (each.layout().isEmpty()) {
            return model.toString();
        }
        return document("  - detections: {layout: " + each.layout() + "}").toString();
    }

    private Path document(String postprocess) throws IOException {
        return Files.writeString(folder.resolve("tiny.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: tiny}
                spec:
                  model: {uri: "file:tiny.onnx"}
                  postprocess:
                """ + postprocess.indent(2));
    }

    @Test
    void everyFamilyIsHere() {
        Set<String> seen = families().stream().map(TinyDetectors.Case::family).collect(Collectors.toSet());
        assertThat(DetectorFamily.values()).extracting(DetectorFamily::id).containsExactlyInAnyOrderElementsOf(seen);
    }

    /** The class with the best score is the colour whose mean is highest: so order, scale and layout are right. */
    @Test
    void coloursGoInAsTheFamilyTakesThem() throws IOException {
        TinyOnnx model = new TinyOnnx()
                .input("images", 1, 1, 3, 64, 64)
                .metadata("names", "{0: 'red', 1: 'green', 2: 'blue'}")
                .node("GlobalAveragePool", List.of("images"), "scores")
                .output("scores", 1, 1, 3, 1, 1);
        model.write(folder.resolve("tiny.onnx"));
        Path document = document("  - embed: {normalise: false}");
        Files.writeString(
                document,
                Files.readString(document)
                        + "  preprocess:\n    - letterbox: {width: 64, height: 64}\n"
                        + "    - toTensor: {order: BGR, scale: 0.00392156862745098, mean: [0.5, 0, 0], std: [0.5, 1, 1]}\n");
        CommandLineRun run = CommandLineRun.of("infer", document.toString(), picture.toString(), "-o", "jsonl");
        assertThat(run.exitCode()).as(run.err()).isZero();
        // 0xC8, 0x28 and 0x14 over 255; red is less its mean and over its deviation.
        assertThat(run.out()).containsPattern("\"embedding\":\\[0.07843[0-9],0.15686[0-9],0.56862[0-9]\\]");
    }

    @Test
    void classifiesWithASoftmaxWhereThereIsNone() throws IOException {
        float[] logits = new float[1000];
        logits[207] = 10;
        new TinyOnnx()
                .input("input", 1, 1, 3, 32, 32)
                .constant("output", logits, 1, 1000)
                .write(folder.resolve("tiny.onnx"));
        CommandLineRun run =
                CommandLineRun.of("infer", folder.resolve("tiny.onnx").toString(), picture.toString(), "-o", "jsonl");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("\"classifications\":[{\"label\":\"golden retriever\",\"classId\":207,\"score\":0.9566}");
    }

    @Test
    void asksForTheLayoutWhereTwoFit() throws IOException {
        new TinyOnnx()
                .input("images", 1, 1, 3, 64, 64)
                .constant("outputs", new float[84 * 8], 1, 84, 8)
                .write(folder.resolve("tiny.onnx"));
        CommandLineRun raw =
                CommandLineRun.of("validate", folder.resolve("tiny.onnx").toString());
        assertThat(raw.exitCode()).isZero();
        assertThat(raw.out()).contains("write - detections: {layout: yolov6} or {layout: yolox} in postprocess");
        CommandLineRun refused =
                CommandLineRun.of("validate", document("  - detections: {}").toString());
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains("can be read in 2 ways");
    }

    @Test
    void refusesLabelsAndThresholdsThatTheModelDoesNotHave() throws IOException {
        TinyDetectors.all().getFirst().model().write(folder.resolve("tiny.onnx"));
        assertThat(refusal("  - detections: {labels: [a, b]}"))
                .contains("detections.labels: the model has 3 classes, but 2 labels are given");
        assertThat(refusal("  - detections: {perClass: {d: 0.5}}"))
                .contains("perClass names d, which is no class of the model; it has a, b, c");
        assertThat(refusal("  - detections: {translate: {d: e}}")).contains("translate names d");
        assertThat(refusal("  - detections: {tiles: {}}")).contains("takes several pictures at once");
        assertThat(refusal("  - detections: {layout: yunet}")).contains("yunet has outputs cls_8");
        assertThat(refusal("  - classify: {}")).contains("a model that classifies has");
    }

    /**
     * The anchor that sees the object is twice its published size, so the object is, too; its middle stays. Lists are written
     * as Darknet, YOLOv5 and clustering tools do.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            yolov2      | [2.16, 2.38, 3.42, 4.41, 6.63, 11.38, 9.42, 5.11, 16.62, 10.52]
            yolov3      | [20,26,  16,30,  33,23,  30,61,  62,45,  59,119,  116,90,  156,198,  373,326]
            yolov3Tiny  | [[20,28, 23,27, 37,58], [81,82, 135,169, 344,319]]
            yolov4      | [24,32, 19,36, 40,28, 36,75, 76,55, 72,146, 142,110, 192,243, 459,401]
            yolov5Heads | [[20,26, 16,30, 33,23], [30,61, 62,45, 59,119], [116,90, 156,198, 373,326]]
            yolov7Heads | [[24,32],[19,36],[40,28],[36,75],[76,55],[72,146],[142,110],[192,243],[459,401]]
            """)
    void readsRawHeadsWithTheDocumentsAnchors(String layout, String anchors) throws IOException {
        modelOf(layout);
        Path document = document("  - detections: {layout: " + layout + ", anchors: " + anchors + "}");
        CommandLineRun seen = CommandLineRun.of("infer", document.toString(), picture.toString(), "-o", "jsonl");
        assertThat(seen.out())
                .as(seen.err())
                .contains("\"score\":0.75,\"box\":{\"x\":0.0,\"y\":8.0,\"width\":128.0,\"height\":96.0}");
        assertThat(CommandLineRun.of("validate", document.toString()).out())
                .containsPattern(
                        "Anchors are the document's, in (cells|pixels from the finest stride on): 2[0-9.]+ x ");
        Path published = document("  - detections: {layout: " + layout + "}");
        assertThat(CommandLineRun.of("validate", published.toString()).out())
                .containsPattern("Anchors are the published ones, in (cells|pixels .*): 1[0-9.]+ x ");
    }

    @Test
    void refusesAnchorsThatTheHeadsDoNotHave() throws IOException {
        modelOf("yolov5Heads");
        String head = "  - detections: {layout: yolov5Heads, anchors: ";
        assertThat(refusal(head + "[20, 26, 16, 30]}"))
                .contains("detections.anchors: the outputs are 3 heads with 3 anchors each: 18 numbers are needed,"
                        + " and 4 are given");
        assertThat(refusal(head + "[116, 90, 156, 198, 373, 326, 30, 61, 62, 45, 59, 119, 10, 13, 16, 30, 33, 23]}"))
                .contains("detections.anchors: anchors of the finest stride come first");
        assertThat(refusal(head + "[20, -26]}")).contains("detections.anchors: must be sizes above 0: -26.0");
        modelOf("yolov8");
        assertThat(refusal("  - detections: {anchors: [20, 26, 16, 30]}"))
                .contains("detections.anchors: yolov8 is read without anchors; only yolov2, yolov3, yolov3Tiny, yolov4,"
                        + " yolov5Heads, yolov7Heads have them outside of the model");
    }

    private void modelOf(String family) throws IOException {
        TinyDetectors.all().stream()
                .filter(each -> each.family().equals(family))
                .findFirst()
                .orElseThrow()
                .model()
                .write(folder.resolve("tiny.onnx"));
    }

    private String refusal(String postprocess) throws IOException {
        CommandLineRun run = CommandLineRun.of("validate", document(postprocess).toString());
        assertThat(run.exitCode()).as(run.out()).isEqualTo(3);
        return run.err();
    }

    /** Five inputs are one batch: four tiles of 71 pixels and the whole picture, each told by its own mean. */
    @Test
    void tilesGoInAsOneBatchAndComeBackAsOneList() throws IOException {
        float[] rows = new float[5 * 7 * 84];
        for (int tile = 0; tile < 5; tile++) {
            float[] values = {32, 28, 32, 24, 0, 0.75f, 0};
            for (int i = 0; i < values.length; i++) {
                rows[(tile * 7 + i) * 84 + 9] = values[i];
            }
        }
        new TinyOnnx()
                .input("images", 1, -1, 3, 64, 64)
                .metadata("names", "{0: 'a', 1: 'b', 2: 'c'}")
                .constant("output0", rows, 5, 7, 84)
                .write(folder.resolve("tiny.onnx"));
        Path document = document("  - detections: {layout: yolov8, tiles: {overlap: 0.2}}");
        CommandLineRun run = CommandLineRun.of("infer", document.toString(), picture.toString(), "-o", "jsonl");
        assertThat(run.exitCode()).as(run.err()).isZero();
        // A tile shows 72 pixels of 128, so its object is 72 / 64 as large here as there; tiles begin at 0 and at 56.
        assertThat(run.out().split("\"label\":\"b\"", -1)).as(run.out()).hasSize(6);
        assertThat(run.out())
                .contains("\"box\":{\"x\":17.96,\"y\":17.96,\"width\":35.93,\"height\":26.95}")
                .contains("\"box\":{\"x\":74.11,\"y\":17.96,\"width\":35.93,\"height\":26.95}")
                .contains("\"box\":{\"x\":17.96,\"y\":74.11,\"width\":35.93,\"height\":26.95}")
                .contains(OBJECT);
    }

    @Test
    void zonesAndOtherNamesActOnWhatWasFound() throws IOException {
        TinyDetectors.all().getFirst().model().write(folder.resolve("tiny.onnx"));
        String inside = "  - zones: {include: [[[0, 0], [128, 0], [128, 128]]]}";
        Path kept = document("  - detections: {translate: {b: Bus}}\n" + inside);
        assertThat(CommandLineRun.of("infer", kept.toString(), picture.toString(), "-o", "jsonl")
                        .out())
                .contains("\"label\":\"Bus\"");
        Path left = document("  - detections: {}\n  - zones: {exclude: [[[60, 50], [70, 50], [70, 60], [60, 60]]]}");
        assertThat(CommandLineRun.of("infer", left.toString(), picture.toString(), "-o", "jsonl")
                        .out())
                .contains("\"detections\":[]");
    }
}
