package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
    void evaluationAgreesWithAnIndependentOne() {
        CommandLineRun run = CommandLineRun.of(
                "evaluate",
                material.resolve("models/yolox_nano-416.onnx").toString(),
                "--images",
                material.resolve("coco128-train/images").toString(),
                "--labels",
                material.resolve("coco128-train/labels").toString(),
                "-o",
                "json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(figure(run.out(), "mAP50")).isBetween(0.508, 0.520);
        assertThat(figure(run.out(), "mAP50-95")).isBetween(0.328, 0.340);
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
