package io.penstock.vision.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.spec.DetectorLayout;
import io.penstock.spec.StepSpec;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DetectorRecognitionTest {
    private static final String SIX = "{0: 'person', 1: 'bicycle', 2: 'car', 3: 'bus', 4: 'truck', 5: 'dog'}";

    /** A graph that decodes nothing. */
    private static final Set<String> RAW = Set.of("Conv", "Sigmoid", "Concat");

    private static ModelSignature model(Shape input, Shape output, Map<String, String> metadata) {
        return new ModelSignature(
                "onnxruntime_onnx",
                List.of(new TensorSignature("images", DataType.FP32, input)),
                List.of(new TensorSignature("output0", DataType.FP32, output)),
                metadata);
    }

    private static Recognition.Detector detector(Shape input, Shape output, Map<String, String> metadata) {
        Recognition recognition = DetectorRecognition.recognise(model(input, output, metadata), () -> RAW);
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
        assertThat(street.labels()).containsExactly("person", "bicycle", "car", "bus", "truck", "dog");
        assertThat(street.preprocessing())
                .isEqualTo(new Preprocessing(Fit.CENTRED, new Size(416, 256), TensorFormat.unitRgb(DataType.FP32)));
        assertThat(street.evidence()).anyMatch(line -> line.contains("1664 + 416 + 104 = 2184"));
        Recognition.Detector coco = detector(Shape.of(1, 3, 640, 640), Shape.of(1, 84, 8400), Map.of());
        assertThat(coco.family()).isEqualTo(DetectorFamily.YOLOV8);
        assertThat(coco.labels()).isEqualTo(LabelSet.COCO.labels());
        assertThat(coco.evidence()).anyMatch(line -> line.contains("taken as those of coco"));
    }

    @Test
    void recognisesYolov8OfOpenSizeByItsMetadata() {
        Recognition.Detector open = detector(
                Shape.of(-1, 3, -1, -1),
                Shape.of(-1, 10, -1),
                Map.of("names", SIX, "imgsz", "[384, 640]", "task", "detect"));
        assertThat(open.preprocessing().size()).isEqualTo(new Size(640, 384));
        assertThat(open.evidence()).anyMatch(line -> line.contains("imgsz says 640 x 384"));
        Recognition.Detector untold = detector(Shape.of(-1, 3, -1, -1), Shape.of(-1, 10, -1), Map.of());
        assertThat(untold.preprocessing().size()).isEqualTo(new Size(640, 640));
        assertThat(untold.evidence()).anyMatch(line -> line.contains("how many anchors, it leaves open"));
    }

    @Test
    void tellsTransposedYolov8FromYoloxByNames() {
        Shape input = Shape.of(1, 3, 640, 640);
        Recognition.Detector transposed = detector(input, Shape.of(1, 8400, 10), Map.of("names", SIX));
        assertThat(transposed.family()).isEqualTo(DetectorFamily.YOLOV8);
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
    void asksWhereTheGraphIsNotKnownAndTwoReadingsFit() {
        ModelSignature yolox = model(Shape.of(1, 3, 416, 416), Shape.of(1, 3549, 85), Map.of());
        Recognition recognition = DetectorRecognition.recognise(yolox);
        assertThat(recognition).isInstanceOf(Recognition.Ambiguous.class);
        assertThat(((Recognition.Ambiguous) recognition).families())
                .containsExactly(DetectorFamily.YOLOX, DetectorFamily.YOLOX_DECODED);
        assertThat(((Recognition.Ambiguous) recognition).reason())
                .contains("output0 FP32[1,3549,85]")
                .contains("write - detections: {layout: yolox} or {layout: yoloxDecoded} in postprocess");
        Recognition decoded = DetectorRecognition.recognise(yolox, () -> Set.of("Conv", "Exp"));
        assertThat(((Recognition.Detector) decoded).family()).isEqualTo(DetectorFamily.YOLOX_DECODED);
    }

    @Test
    void tellsYolov5ByItsThreeAnchors() {
        Recognition.Detector found = detector(Shape.of(1, 3, 640, 640), Shape.of(1, 25200, 85), Map.of());
        assertThat(found.family()).isEqualTo(DetectorFamily.YOLOV5);
        assertThat(found.evidence()).anyMatch(line -> line.contains("3 x (6400 + 1600 + 400 = 8400 cells"));
        assertThat(refusal(Shape.of(-1, 3, 640, 640), Shape.of(-1, 25200, 85), Map.of("names", SIX)))
                .contains("images FP32[-1,3,640,640]")
                .contains("output0 FP32[-1,25200,85]")
                .contains("yolov8 would have 6400 + 1600 + 400 = 8400 cells")
                .contains("yolov5 would have 80 classes in output0[-1,25200,85], and the metadata name 6");
    }

    @Test
    void tellsTasksOfOneShapeByTheMetadata() {
        Shape input = Shape.of(1, 3, 640, 640);
        Recognition.Detector pose =
                detector(input, Shape.of(1, 56, 8400), Map.of("task", "pose", "names", "{0: 'person'}"));
        assertThat(pose.family()).isEqualTo(DetectorFamily.YOLOV8_POSE);
        assertThat(pose.labels()).containsExactly("person");
        Recognition.Detector turned = detector(input, Shape.of(1, 11, 8400), Map.of("task", "obb", "names", SIX));
        assertThat(turned.family()).isEqualTo(DetectorFamily.YOLOV8_OBB);
        assertThat(detector(input, Shape.of(1, 300, 6), Map.of()).family()).isEqualTo(DetectorFamily.YOLOV10);
        Recognition.Detector transformer =
                detector(input, Shape.of(1, 300, 84), Map.of("description", "Ultralytics rtdetr-l model"));
        assertThat(transformer.family()).isEqualTo(DetectorFamily.RTDETR_JOINED);
        assertThat(transformer.labels()).isEqualTo(LabelSet.COCO.labels());
    }

    @Test
    void everyLayoutOfTheLanguageIsAFamily() {
        List<String> families =
                Arrays.stream(DetectorFamily.values()).map(DetectorFamily::id).toList();
        assertThat(Arrays.stream(DetectorLayout.values())
                        .filter(layout -> layout != DetectorLayout.AUTO)
                        .map(DetectorLayout::toString))
                .containsExactlyInAnyOrderElementsOf(families);
        assertThat(Arrays.stream(LabelSet.values()).map(LabelSet::id))
                .containsExactlyInAnyOrderElementsOf(StepSpec.Labels.SETS);
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
        assertThat(DetectorRecognition.recognise(pose, Set::of, DetectorFamily.YOLOV8))
                .isInstanceOf(Recognition.Detector.class);
        assertThat(DetectorRecognition.recognise(pose, Set::of, DetectorFamily.YOLOX))
                .isInstanceOf(Recognition.Unknown.class);
        assertThat(DetectorFamily.find("yolox")).contains(DetectorFamily.YOLOX);
        assertThat(DetectorFamily.find("yolov99")).isEmpty();
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
