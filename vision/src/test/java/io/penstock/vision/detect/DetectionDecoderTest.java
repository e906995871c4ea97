package io.penstock.vision.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Size;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Networks of 64 x 64 have 64 + 16 + 4 = 84 anchors. */
final class DetectionDecoderTest {
    private static final int ANCHORS = 84;
    private static final Size SIDE = new Size(64, 64);
    private static final Placement SAME = Fit.STRETCH.place(SIDE, SIDE);
    private static final String THREE = "{0: 'a', 1: 'b', 2: 'c'}";

    private static Recognition.Detector detector(DataType type, Shape output) {
        return (Recognition.Detector) DetectorRecognition.recognise(
                new ModelSignature(
                        "onnxruntime_onnx",
                        List.of(new TensorSignature("images", DataType.FP32, Shape.of(1, 3, 64, 64))),
                        List.of(new TensorSignature("output0", type, output)),
                        Map.of("names", THREE)),
                () -> Set.of("Conv"));
    }

    /** Values by anchor and channel, laid out as asked for. */
    private static Tensor tensor(float[][] anchors, boolean channelsFirst, DataType type) {
        int channels = anchors[0].length;
        byte[] bytes = new byte[anchors.length * channels * type.byteSize()];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        for (int a = 0; a < anchors.length; a++) {
            for (int c = 0; c < channels; c++) {
                long index = channelsFirst ? (long) c * anchors.length + a : (long) a * channels + c;
                if (type == DataType.FP16) {
                    memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * index, Float.floatToFloat16(anchors[a][c]));
                } else {
                    memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * index, anchors[a][c]);
                }
            }
        }
        Shape shape = channelsFirst ? Shape.of(1, channels, anchors.length) : Shape.of(1, anchors.length, channels);
        return new Tensor(type, shape, memory);
    }

    private static List<Detection> yolov8(float[][] anchors, DetectionSettings settings, Placement placement) {
        return detector(DataType.FP32, Shape.of(1, 7, ANCHORS))
                .decoder(settings)
                .decode(List.of(tensor(anchors, true, DataType.FP32)), placement);
    }

    private static DetectionSettings settings(boolean bestClassOnly, Map<String, Float> labels) {
        return new DetectionSettings(0.25f, labels, 0.45f, 300, bestClassOnly);
    }

    @Test
    void decodesYolov8InEveryLayoutAndType() {
        float[][] anchors = new float[ANCHORS][7];
        anchors[5] = new float[] {20, 30, 10, 20, 0.1f, 0.75f, 0.2f};
        anchors[80] = new float[] {50, 50, 8, 8, 0.5f, 0.1f, 0.2f};
        for (DataType type : List.of(DataType.FP32, DataType.FP16)) {
            for (boolean channelsFirst : new boolean[] {true, false}) {
                Tensor tensor = tensor(anchors, channelsFirst, type);
                assertThat(detector(type, tensor.shape())
                                .decoder(settings(true, Map.of()))
                                .decode(List.of(tensor), SAME))
                        .containsExactly(
                                new Detection("b", 1, 0.75f, new Box(15, 20, 10, 20)),
                                new Detection("a", 0, 0.5f, new Box(46, 46, 8, 8)));
            }
        }
    }

    @Test
    void mapsBoxesBackThroughTheLetterbox() {
        float[][] anchors = new float[ANCHORS][7];
        anchors[0] = new float[] {32, 32, 32, 16, 0.9f, 0, 0};
        Placement placement = Fit.CENTRED.place(new Size(128, 64), SIDE);
        assertThat(yolov8(anchors, settings(true, Map.of()), placement))
                .containsExactly(new Detection("a", 0, 0.9f, new Box(32, 16, 64, 32)));
    }

    @Test
    void clipsToThePictureAndDropsWhatLiesInTheBars() {
        float[][] anchors = new float[ANCHORS][7];
        anchors[0] = new float[] {32, 16, 200, 20, 0.9f, 0, 0};
        anchors[1] = new float[] {32, 8, 20, 8, 0.8f, 0, 0};
        Placement placement = Fit.CENTRED.place(new Size(128, 64), SIDE);
        assertThat(yolov8(anchors, settings(true, Map.of()), placement))
                .containsExactly(new Detection("a", 0, 0.9f, new Box(0, 0, 128, 20)));
    }

    @Test
    void neverKeepsNumbersThatAreNone() {
        float[][] anchors = new float[ANCHORS][7];
        anchors[0] = new float[] {32, 32, 8, 8, Float.NaN, Float.NaN, Float.NaN};
        anchors[1] = new float[] {Float.NaN, 32, 8, 8, 0.9f, 0, 0};
        anchors[2] = new float[] {32, 32, 8, 8, Float.NaN, 0.5f, -Float.NaN};
        anchors[3] = new float[] {32, 32, 0, 8, 0.9f, 0, 0};
        anchors[4] = new float[] {32, 32, 8, -8, 0.9f, 0, 0};
        for (boolean best : new boolean[] {true, false}) {
            assertThat(yolov8(anchors, settings(best, Map.of()), SAME))
                    .containsExactly(new Detection("b", 1, 0.5f, new Box(28, 28, 8, 8)));
        }
    }

    @Test
    void thresholdsOfSingleLabelsOverrideTheCommonOne() {
        float[][] anchors = new float[ANCHORS][7];
        anchors[0] = new float[] {10, 10, 8, 8, 0.15f, 0, 0};
        anchors[1] = new float[] {30, 30, 8, 8, 0, 0.5f, 0};
        anchors[2] = new float[] {50, 50, 8, 8, 0, 0, 0.3f};
        assertThat(yolov8(anchors, settings(true, Map.of("a", 0.1f, "b", 0.6f)), SAME))
                .extracting(Detection::label)
                .containsExactly("c", "a");
    }

    @Test
    void givesOneClassOrEveryClassOfABox() {
        float[][] anchors = new float[ANCHORS][7];
        anchors[0] = new float[] {10, 10, 8, 8, 0.4f, 0.6f, 0.1f};
        assertThat(yolov8(anchors, settings(true, Map.of()), SAME))
                .extracting(Detection::label)
                .containsExactly("b");
        assertThat(yolov8(anchors, settings(false, Map.of()), SAME))
                .extracting(Detection::label)
                .containsExactly("b", "a");
    }

    @Test
    void decodesYoloxGridAtEveryStride() {
        float[][] anchors = new float[ANCHORS][8];
        // Stride 8 has 8 columns: cell 10 is column 2 of row 1. Stride 16 begins at 64, stride 32 at 80.
        anchors[10] = new float[] {0.5f, 0.25f, 0, (float) Math.log(2), 0.9f, 0, 1, 0};
        anchors[64 + 5] = new float[] {0, 0, 0, 0, 0.8f, 1, 0, 0};
        anchors[80 + 3] = new float[] {0.5f, 0.5f, 0, 0, 0.7f, 0, 0, 0.5f};
        List<Detection> found = detector(DataType.FP32, Shape.of(1, ANCHORS, 8))
                .decoder(settings(true, Map.of()))
                .decode(List.of(tensor(anchors, false, DataType.FP32)), SAME);
        assertThat(found).hasSize(3);
        equalsBox(found.get(0), "b", 0.9f, new Box(16, 2, 8, 16));
        equalsBox(found.get(1), "a", 0.8f, new Box(8, 8, 16, 16));
        equalsBox(found.get(2), "c", 0.35f, new Box(32, 32, 32, 32));
    }

    private static void equalsBox(Detection actual, String label, float score, Box box) {
        assertThat(actual.label()).isEqualTo(label);
        assertThat(actual.score()).isCloseTo(score, within(1e-6f));
        assertThat(actual.box().x()).isCloseTo(box.x(), within(1e-4f));
        assertThat(actual.box().y()).isCloseTo(box.y(), within(1e-4f));
        assertThat(actual.box().width()).isCloseTo(box.width(), within(1e-4f));
        assertThat(actual.box().height()).isCloseTo(box.height(), within(1e-4f));
    }

    @Test
    void yoloxIgnoresNumbersThatAreNone() {
        float[][] anchors = new float[ANCHORS][8];
        anchors[0] = new float[] {0, 0, 0, 0, Float.NaN, 1, 0, 0};
        anchors[1] = new float[] {0, 0, 0, 0, 0.9f, Float.NaN, Float.NaN, Float.NaN};
        anchors[2] = new float[] {0, 0, 400, 0, 0.9f, 1, 0, 0};
        assertThat(detector(DataType.FP32, Shape.of(1, ANCHORS, 8))
                        .decoder(settings(true, Map.of()))
                        .decode(List.of(tensor(anchors, false, DataType.FP32)), SAME))
                .isEmpty();
    }

    @Test
    void refusesOutputsOfAnotherShape() {
        DetectionDecoder decoder =
                detector(DataType.FP32, Shape.of(1, 7, ANCHORS)).decoder(settings(true, Map.of()));
        Tensor six = tensor(new float[ANCHORS][6], true, DataType.FP32);
        assertThatThrownBy(() -> decoder.decode(List.of(six), SAME)).hasMessage("the output has 6 channels, not 7");
        Tensor two = new Tensor(DataType.FP32, Shape.of(2, 7, 1), MemorySegment.ofArray(new float[14]));
        assertThatThrownBy(() -> decoder.decode(List.of(two), SAME)).hasMessageContaining("of one picture");
    }

    @Test
    void refusesSettingsOutsideZeroToOne() {
        assertThatThrownBy(() -> new DetectionSettings(1.5f, Map.of(), 0.5f, 1, true))
                .hasMessage("scoreThreshold must be from 0 to 1: 1.5");
        assertThatThrownBy(() -> new DetectionSettings(0.5f, Map.of("a", Float.NaN), 0.5f, 1, true))
                .hasMessage("the threshold of a must be from 0 to 1: NaN");
    }
}
