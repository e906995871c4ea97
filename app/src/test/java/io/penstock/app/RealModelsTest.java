package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Published models and photos, where {@code PENSTOCK_TEST_MATERIAL} names their folder; skipped elsewhere. */
@Timeout(300)
class RealModelsTest {
    private Path material = Path.of("");

    @BeforeEach
    void needMaterial() {
        assumeTrue(Checkout.material().isPresent(), "PENSTOCK_TEST_MATERIAL names no folder of models and photos");
        material = Checkout.material().orElseThrow();
    }

    @Test
    void yoloxNanoFindsTheBusAndThePeople() {
        CommandLineRun run = infer("models/yolox_nano-416.onnx", "images/bus.jpg");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(count(run.out(), "bus")).isEqualTo(1);
        assertThat(count(run.out(), "person")).isBetween(3L, 4L);
    }

    @Test
    void yolov8FindsTheBusAndThePeople() {
        CommandLineRun run = infer("models/yolov8n-640-dynint8-opset12.onnx", "images/bus.jpg");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(count(run.out(), "bus")).isEqualTo(1);
        assertThat(count(run.out(), "person")).isBetween(3L, 4L);
    }

    @Test
    void yoloxNanoFindsTheDogAndTheBicycle() {
        CommandLineRun run = infer("models/yolox_nano-416.onnx", "images/darknet_dog.jpg");
        assertThat(count(run.out(), "dog")).isEqualTo(1);
        assertThat(count(run.out(), "bicycle")).isEqualTo(1);
    }

    @Test
    void ultrafaceFindsTheFaces() {
        CommandLineRun run = infer("models/ultraface-rfb-320.onnx", "images/bus.jpg");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("\"detections\":[");
        CommandLineRun validated = CommandLineRun.of(
                "validate", material.resolve("models/ultraface-rfb-320.onnx").toString());
        assertThat(validated.out())
                .contains("detections: ssd, 1 class")
                .contains("320 x 240 (stretched) as FP32 NCHW RGB (pixel x 1.0 - [127.0, 127.0, 127.0])");
    }

    @Test
    void classifiersSeeTheDog() {
        for (String model : new String[] {"shufflenet-v2-12-int8.onnx", "mobilenetv2-dynint8-dynbatch-opset18.onnx"}) {
            CommandLineRun run = infer("models/" + model, "images/darknet_dog.jpg");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()).as(model).contains("\"classifications\":[{\"label\":\"");
            assertThat(run.out().replaceAll(".*\"classifications\":", ""))
                    .as(model)
                    .containsAnyOf("malamute", "husky", "Eskimo dog", "mountain bike", "bicycle");
        }
    }

    /** The classifier sees the dog by itself, and names the breed, which the detector does not know. */
    @Test
    void aClassifierNamesWhatADetectorFound(@TempDir Path folder) throws IOException {
        Path document = Files.writeString(folder.resolve("chain.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: objects}
                spec:
                  model: {uri: "file:%1$s/models/yolox_nano-416.onnx"}
                  postprocess:
                    - detections: {scoreThreshold: 0.4}
                    - infer: {pipeline: kinds, crop: true, labels: [dog], margin: 0.05}
                ---
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: kinds}
                spec:
                  model:
                    uri: "file:%1$s/models/mobilenetv2-dynint8-dynbatch-opset18.onnx"
                    batching: {maxBatchSize: 8}
                  postprocess: [classify: {topK: 1, labels: imagenet}]
                """.formatted(material));
        CommandLineRun run = CommandLineRun.of(
                "infer",
                document.toString(),
                material.resolve("images/darknet_dog.jpg").toString(),
                "-o",
                "jsonl");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("\"label\":\"dog\".*?\"label\":\"[^\"]*(malamute|husky|Eskimo dog)")
                .contains("\"shown\":1,\"leftOut\":0");
    }

    @Test
    void carsOfARealClipAreFollowed(@TempDir Path folder) throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "infer",
                followed(folder, material.resolve("models/yolox_nano-416.onnx")).toString(),
                material.resolve("video/intel_car-detection.mp4").toString(),
                "-o",
                "jsonl");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines()).hasSize(377);
        assertThat(run.out().lines().reduce((_, last) -> last).orElseThrow())
                .contains("\"frame\":376,\"sourceSeconds\":30.08");
        long frames = run.out()
                .lines()
                .filter(line -> line.contains("\"trackId\":1,"))
                .count();
        assertThat(frames).as("frames with the first car").isGreaterThan(25);
    }

    private static Path followed(Path folder, Path model) throws IOException {
        return Files.writeString(folder.resolve("cars.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: cars}
                spec:
                  model: {uri: "file:%s"}
                  postprocess: [{detections: {scoreThreshold: 0.4}}, {track: {}}]
                """.formatted(model));
    }

    @Test
    void evaluationAgreesWithAnIndependentOne() {
        evaluates("yolox_nano-416.onnx", 0.514, 0.334);
        evaluates("yolov8n-640-dynint8-opset12.onnx", 0.609, 0.449);
    }

    private void evaluates(String model, double half, double mean) {
        CommandLineRun run = CommandLineRun.of(
                "evaluate",
                material.resolve("models").resolve(model).toString(),
                "--images",
                material.resolve("coco128-train/images").toString(),
                "--labels",
                material.resolve("coco128-train/labels").toString(),
                "-o",
                "json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(figure(run.out(), "mAP50")).isBetween(half - 0.006, half + 0.006);
        assertThat(figure(run.out(), "mAP50-95")).isBetween(mean - 0.006, mean + 0.006);
    }

    @Test
    void modelsThatOnnxRuntimeRefusesEndWith3AndOneSentence() {
        for (String file : new String[] {"mnist-opset1-unsupported.onnx", "bert_tokenizer-ortx.onnx"}) {
            CommandLineRun run = CommandLineRun.of(
                    "run",
                    "--port",
                    "0",
                    material.resolve("broken-models").resolve(file).toString());
            assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
            assertThat(run.err().strip().lines()).as(run.err()).hasSize(1);
            assertThat(run.err()).contains("ONNX Runtime refuses " + file);
        }
    }

    private CommandLineRun infer(String model, String image) {
        return CommandLineRun.of(
                "infer",
                material.resolve(model).toString(),
                material.resolve(image).toString(),
                "-o",
                "jsonl");
    }

    private static long count(String json, String label) {
        return json.split("\"label\":\"" + label + "\"", -1).length - 1L;
    }

    private static double figure(String json, String key) {
        int start = json.indexOf("\"" + key + "\":") + key.length() + 3;
        return Double.parseDouble(json.substring(start, json.indexOf(',', start)));
    }
}
