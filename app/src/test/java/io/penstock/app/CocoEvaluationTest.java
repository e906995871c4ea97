package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Our average precision against pycocotools', of the same boxes; {@code PENSTOCK_PYTHON} is a Python that has
 * {@code src/test/python/requirements.txt} installed, {@code PENSTOCK_TEST_MATERIAL} the folder of models and photos.
 */
@Tag("clients")
@Timeout(300)
class CocoEvaluationTest {
    @ParameterizedTest
    @ValueSource(strings = {"yolox_nano-416.onnx", "yolov8n-640-dynint8-opset12.onnx"})
    void pycocotoolsScoresTheSame(String model, @TempDir Path folder) throws Exception {
        assumeTrue(Checkout.material().isPresent(), "PENSTOCK_TEST_MATERIAL names no folder of models and photos");
        Path material = Checkout.material().orElseThrow();
        Path photos = material.resolve("coco128-train");
        Path detections = folder.resolve("detections.json");
        CommandLineRun run = CommandLineRun.of(
                "evaluate",
                material.resolve("models").resolve(model).toString(),
                "--images",
                photos.resolve("images").toString(),
                "--labels",
                photos.resolve("labels").toString(),
                "--detections",
                detections.toString(),
                "-o",
                "json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<?, ?> ours = (Map<?, ?>) TreeText.parse(run.out());

        Process python = new ProcessBuilder(List.of(
                        System.getenv().getOrDefault("PENSTOCK_PYTHON", "python3"),
                        Checkout.root()
                                .resolve("app/src/test/python/coco_evaluation.py")
                                .toString(),
                        photos.resolve("images").toString(),
                        photos.resolve("labels").toString(),
                        detections.toString(),
                        folder.resolve("truth.json").toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(python.exitValue()).as(said).isZero();
        Map<?, ?> theirs = (Map<?, ?>) TreeText.parse(said.substring(said.lastIndexOf('\n') + 1));
        System.out.println(
                model + ": " + ours.get("mAP50") + " and " + ours.get("mAP50-95") + ", by pycocotools " + theirs);
        for (String figure : List.of("mAP50", "mAP50-95")) {
            assertThat(TreeNumbers.of(ours, figure)).as(said).isCloseTo(TreeNumbers.of(theirs, figure), within(0.003));
        }
    }
}
