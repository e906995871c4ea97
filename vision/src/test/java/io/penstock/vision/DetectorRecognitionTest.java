package io.penstock.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DetectorRecognitionTest {
    private static final String SIX = "{0: 'person', 1: 'bicycle', 2: 'car', 3: 'bus', 4: 'truck', 5: 'dog'}";

    private static ModelSignature model(Shape input, Shape output, Map<String, String> metadata) {
        return new ModelSignature(
                "onnxruntime_onnx",
                List.of(new TensorSignature("images", DataType.FP32, input)),
                List.of(new TensorSignature("output0", DataType.FP32, output)),
                metadata);
    }

    private static Recognition.Detector detector(Shape input, Shape output, Map<String, String> metadata) {
        Recognition recognition = DetectorRecognition.recognise(model(input, output, metadata));
        assertThat(recognition).isInstanceOf(Recognition.Detector.class);
        return (Recognition.Detector) recognition;
    }

    private static String refusal(Shape input, Shape output, Map<String, String> metadata) {
        Recognition recognition = DetectorRecognition.recognise(model(input, output, metadata));
        assertThat(recognition).isInstanceOf(Recognition.Unknown.class);
        return ((Recognition.Unknown) recognition).reason();
    }

    @Test
    void recognisesYolov8OfAnySizeClassesAndBatch() {
        Recognition.Detector street =
                detector(Shape.of(-1, 3, 256, 416), Shape.of(-1, 10, 2184), Map.of("names", SIX, "stride", "32"));
        assertThat(street.family()).isEqualTo(DetectorFamily.YOLOV8);
        assertThat(street.layout()).isEqualTo(OutputLayout.CHANNELS_FIRST);
        assertThat(street.labels()).containsExactly("person", "bicycle", "car", "bus", "truck", "dog");
        assertThat(street.preprocessing())
                .isEqualTo(new Preprocessing(Fit.CENTRED, new Size(416, 256), TensorFormat.unitRgb(DataType.FP32)));
        assertThat(street.evidence()).anyMatch(line -> line.contains("1664 + 416 + 104 = 2184"));
        Recognition.Detector coco = detector(Shape.of(1, 3, 640, 640), Shape.of(1, 84, 8400), Map.of());
        assertThat(coco.family()).isEqualTo(DetectorFamily.YOLOV8);
        assertThat(coco.labels()).isEqualTo(LabelSet.COCO.labels());
        assertThat(coco.evidence()).anyMatch(line -> line.contains("taken as those of COCO"));
    }

    @Test
    void recognisesYolov8OfOpenSizeByItsMetadata() {
        Recognition.Detector open = detector(
                Shape.of(-1, 3, -1, -1),
                Shape.of(-1, 10, -1),
                Map.of("names", SIX, "imgsz", "[384, 640]", "task", "detect"));
        assertThat(open.preprocessing().size()).isEqualTo(new Size(640, 384));
        assertThat(open.evidence()).anyMatch(line -> line.contains("imgsz says 640 x 384"));
        assertThat(refusal(Shape.of(-1, 3, -1, -1), Shape.of(-1, 10, -1), Map.of()))
                .contains("no metadata");
    }

    @Test
    void tellsTransposedYolov8FromYoloxByNames() {
        Shape input = Shape.of(1, 3, 640, 640);
        Recognition.Detector transposed = detector(input, Shape.of(1, 8400, 10), Map.of("names", SIX));
        assertThat(transposed.family()).isEqualTo(DetectorFamily.YOLOV8);
        assertThat(transposed.layout()).isEqualTo(OutputLayout.ANCHORS_FIRST);
        assertThat(detector(input, Shape.of(1, 8400, 11), Map.of("names", SIX)).family())
                .isEqualTo(DetectorFamily.YOLOX);
    }

    @Test
    void recognisesYoloxAndSaysThatItsGridIsTakenAsRaw() {
        Recognition.Detector yolox = detector(Shape.of(1, 3, 416, 416), Shape.of(1, 3549, 85), Map.of());
        assertThat(yolox.family()).isEqualTo(DetectorFamily.YOLOX);
        assertThat(yolox.classCount()).isEqualTo(80);
        assertThat(yolox.preprocessing())
                .isEqualTo(new Preprocessing(Fit.TOP_LEFT, new Size(416, 416), TensorFormat.plainBgr(DataType.FP32)));
        assertThat(yolox.evidence()).anyMatch(line -> line.contains("raw grid"));
    }

    @Test
    void namesClassesByNumberWhereNothingNamesThem() {
        Recognition.Detector two = detector(Shape.of(1, 3, 64, 64), Shape.of(1, 6, 84), Map.of());
        assertThat(two.labels()).containsExactly("0", "1");
        assertThat(two.withLabels(List.of("a", "b")).labels()).containsExactly("a", "b");
        assertThatThrownBy(() -> two.withLabels(List.of("a")))
                .hasMessage("the model has 2 classes, but 1 labels are given");
    }

    @Test
    void refusesYolov5AndSaysWhatWasTried() {
        assertThat(refusal(Shape.of(1, 3, 640, 640), Shape.of(1, 25200, 85), Map.of()))
                .contains("images FP32[1,3,640,640]")
                .contains("output0 FP32[1,25200,85]")
                .contains("yolov8 would have 6400 + 1600 + 400 = 8400 cells")
                .contains("yolox would have");
        assertThat(refusal(Shape.of(-1, 3, 640, 640), Shape.of(-1, 25200, 85), Map.of("names", SIX)))
                .contains("25200");
    }

    @Test
    void refusesOtherTasksThatHaveTheSameShape() {
        Shape input = Shape.of(1, 3, 640, 640);
        assertThat(refusal(input, Shape.of(1, 56, 8400), Map.of("task", "pose", "names", "{0: 'person'}")))
                .contains("the metadata's task is pose");
        assertThat(refusal(input, Shape.of(1, 56, 8400), Map.of("names", "{0: 'person'}")))
                .contains("52 classes")
                .contains("the metadata name 1");
        assertThat(refusal(input, Shape.of(1, 300, 6), Map.of())).contains("8400");
    }

    @Test
    void refusesClassifiers() {
        assertThat(refusal(Shape.of(1, 3, 224, 224), Shape.of(1, 1000), Map.of()))
                .contains("[1,1000]");
        assertThat(refusal(Shape.of(1, 13), Shape.of(1, 3), Map.of())).contains("one input [N,3,H,W]");
    }

    @Test
    void takesAFamilyThatIsAskedForWhereShapesAllowIt() {
        ModelSignature pose = model(Shape.of(1, 3, 640, 640), Shape.of(1, 56, 8400), Map.of("names", "{0: 'person'}"));
        assertThat(DetectorRecognition.recognise(pose, DetectorFamily.YOLOV8)).isInstanceOf(Recognition.Detector.class);
        assertThat(DetectorRecognition.recognise(pose, DetectorFamily.YOLOX)).isInstanceOf(Recognition.Unknown.class);
        assertThat(DetectorFamily.find("yolox")).contains(DetectorFamily.YOLOX);
        assertThat(DetectorFamily.find("yolov5")).isEmpty();
    }

    @Test
    void takesHalfPrecision() {
        ModelSignature half = new ModelSignature(
                "onnxruntime_onnx",
                List.of(new TensorSignature("images", DataType.FP16, Shape.of(1, 3, 640, 640))),
                List.of(new TensorSignature("output0", DataType.FP16, Shape.of(1, 84, 8400))),
                Map.of());
        assertThat(((Recognition.Detector) DetectorRecognition.recognise(half))
                        .preprocessing()
                        .format()
                        .type())
                .isEqualTo(DataType.FP16);
    }
}
