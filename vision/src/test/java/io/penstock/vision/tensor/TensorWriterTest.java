package io.penstock.vision.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import io.penstock.serving.tensor.DataType;
import io.penstock.vision.tensor.TensorFormat.Layout;
import io.penstock.vision.tensor.TensorFormat.Order;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TensorWriterTest {
    private static final List<Float> ZEROS = List.of(0f, 0f, 0f);
    private static final List<Float> ONES = List.of(1f, 1f, 1f);
    private static final TensorFormat BYTES =
            new TensorFormat(DataType.UINT8, Layout.NHWC, Order.RGB, 1, ZEROS, ONES, 114);
    private static final int[][] SIZES = {
        {1, 1, 64, 64},
        {3, 5, 64, 64},
        {5, 1, 17, 9},
        {64, 48, 96, 96},
        {333, 217, 160, 160},
        {640, 360, 320, 320},
        {640, 360, 208, 128},
        {100, 1000, 64, 64},
        {65, 33, 65, 33},
        {30, 20, 64, 64},
        {1280, 7, 640, 32}
    };

    /** Bilinear with half-pixel centres, in plain double arithmetic on the pixels that the reference conversion gives. */
    private static double bilinear(Picture picture, Placement placement, int x, int y, int colour) {
        double sourceX = (x - placement.left() + 0.5)
                        * placement.source().width()
                        / placement.content().width()
                - 0.5;
        double sourceY = (y - placement.top() + 0.5)
                        * placement.source().height()
                        / placement.content().height()
                - 0.5;
        double nearX = Math.clamp(sourceX, 0, picture.width() - 1);
        double nearY = Math.clamp(sourceY, 0, picture.height() - 1);
        int left = (int) nearX;
        int top = (int) nearY;
        int right = Math.min(left + 1, picture.width() - 1);
        int bottom = Math.min(top + 1, picture.height() - 1);
        double across = nearX - left;
        double down = nearY - top;
        return (1 - down) * ((1 - across) * rgb(picture, left, top, colour) + across * rgb(picture, right, top, colour))
                + down
                        * ((1 - across) * rgb(picture, left, bottom, colour)
                                + across * rgb(picture, right, bottom, colour));
    }

    /** A pixel's colour by the standards' formulas in double, rounded to 8 bits as any conversion to RGB does. */
    private static double rgb(Picture picture, int x, int y, int colour) {
        PixelFormat format = picture.format();
        if (format == PixelFormat.RGB24) {
            return Pictures.sample(picture, 0, 3 * x + colour, y);
        }
        if (format == PixelFormat.GRAY8) {
            return Pictures.sample(picture, 0, x, y);
        }
        boolean limited = picture.colourSpace() == ColourSpace.BT601_LIMITED
                || picture.colourSpace() == ColourSpace.BT709_LIMITED;
        boolean high =
                picture.colourSpace() == ColourSpace.BT709_FULL || picture.colourSpace() == ColourSpace.BT709_LIMITED;
        double kr = high ? 0.2126 : 0.299;
        double kb = high ? 0.0722 : 0.114;
        int chromaX = format.planeWidth(1, 2) == 1 ? x / 2 : x;
        int chromaY = format.planeHeight(1, 2) == 1 ? y / 2 : y;
        double luma = Pictures.sample(picture, 0, x, y);
        double cb = Pictures.sample(picture, 1, chromaX, chromaY) - 128;
        double cr = Pictures.sample(picture, 2, chromaX, chromaY) - 128;
        if (limited) {
            luma = (luma - 16) * 255 / 219;
            cb = cb * 255 / 224;
            cr = cr * 255 / 224;
        }
        double red = luma + 2 * (1 - kr) * cr;
        double blue = luma + 2 * (1 - kb) * cb;
        double green = (luma - kr * red - kb * blue) / (1 - kr - kb);
        double value = colour == 0 ? red : colour == 1 ? green : blue;
        return Math.clamp(Math.rint(value), 0, 255);
    }

    private static void equalsReference(Picture picture, Fit fit, Size size, double most) {
        byte[] out = new byte[(int) BYTES.byteSize(size)];
        Placement placement = new TensorWriter(fit, size, BYTES).write(picture, MemorySegment.ofArray(out));
        double worst = 0;
        for (int y = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++) {
                boolean inside = x >= placement.left()
                        && x < placement.left() + placement.content().width()
                        && y >= placement.top()
                        && y < placement.top() + placement.content().height();
                for (int colour = 0; colour < 3; colour++) {
                    double expected = inside ? bilinear(picture, placement, x, y, colour) : 114;
                    int actual = out[(y * size.width() + x) * 3 + colour] & 0xFF;
                    worst = Math.max(worst, Math.abs(expected - actual));
                }
            }
        }
        assertThat(worst)
                .as(picture.format() + " " + picture.width() + " x " + picture.height() + " " + fit + " " + size)
                .isLessThanOrEqualTo(most);
    }

    @Test
    void resizesRgbWithinOneOfTheExactValueForEveryFitAndSize() {
        for (int[] s : SIZES) {
            for (Fit fit : Fit.values()) {
                Picture picture = Pictures.noise(s[0], s[1], PixelFormat.RGB24, ColourSpace.BT601_FULL, s[0]);
                equalsReference(picture, fit, new Size(s[2], s[3]), 1.05);
            }
        }
    }

    @Test
    void convertsEveryYuvFormatAndColourSpaceOnTheWay() {
        for (PixelFormat format : PixelFormat.values()) {
            for (ColourSpace space : ColourSpace.values()) {
                for (int[] s : SIZES) {
                    Picture picture = Pictures.noise(s[0], s[1], format, space, s[1]);
                    // Rounding to RGB in fixed point may differ by one, and the resize by another.
                    equalsReference(picture, Fit.CENTRED, new Size(s[2], s[3]), 2.05);
                }
            }
        }
    }

    /** Values that cv2.resize (OpenCV 4, INTER_LINEAR) gave for this picture. */
    @Test
    void equalsOpenCvOnAKnownPicture() {
        byte[] pixels = new byte[5 * 4 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 37 % 256);
        }
        Picture picture = Picture.rgb(5, 4, MemorySegment.ofArray(pixels));
        byte[] out = new byte[3 * 3 * 3];
        new TensorWriter(Fit.STRETCH, new Size(3, 3), BYTES).write(picture, MemorySegment.ofArray(out));
        int[] known = {
            44, 81, 118, 186, 10, 47, 158, 167, 61, 102, 139, 133, 31, 68, 105, 130, 82, 119, 159, 125, 147, 88, 125,
            162, 102, 139, 105
        };
        for (int i = 0; i < known.length; i++) {
            assertThat(out[i] & 0xFF).as("value %d", i).isEqualTo(known[i]);
        }
    }

    @Test
    void copiesUnscaledPixelsAsTheyAre() {
        Picture picture = Pictures.noise(37, 11, PixelFormat.RGB24, ColourSpace.BT601_FULL, 4);
        equalsReference(picture, Fit.STRETCH, new Size(37, 11), 0);
        equalsReference(picture, Fit.CENTRED, new Size(64, 11), 0);
    }

    @Test
    void ordersLaysOutAndNormalises() {
        byte[] pixel = {(byte) 255, (byte) 128, 0};
        Picture picture = Picture.rgb(1, 1, MemorySegment.ofArray(pixel));
        assertThat(floats(picture, TensorFormat.unitRgb(DataType.FP32))).containsExactly(1f, 128 / 255f, 0f);
        assertThat(floats(picture, TensorFormat.plainBgr(DataType.FP32))).containsExactly(0f, 128f, 255f);
        assertThat(floats(picture, TensorFormat.imageNet(DataType.FP32)))
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly((1 - 0.485f) / 0.229f, (128 / 255f - 0.456f) / 0.224f, -0.406f / 0.225f);
    }

    private static float[] floats(Picture picture, TensorFormat format) {
        TensorWriter writer = new TensorWriter(Fit.STRETCH, new Size(1, 1), format);
        byte[] out = new byte[(int) writer.byteSize()];
        writer.write(picture, MemorySegment.ofArray(out));
        return MemorySegment.ofArray(out).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    @Test
    void layoutsTypesAndOrdersHoldTheSameNumbers() {
        Picture picture = Pictures.noise(31, 17, PixelFormat.YUV420P, ColourSpace.BT601_FULL, 9);
        Size size = new Size(40, 40);
        float[] planes = written(picture, size, DataType.FP32, Layout.NCHW, Order.RGB);
        float[] beside = written(picture, size, DataType.FP32, Layout.NHWC, Order.BGR);
        float[] half = written(picture, size, DataType.FP16, Layout.NCHW, Order.RGB);
        float[] whole = written(picture, size, DataType.UINT8, Layout.NCHW, Order.RGB);
        for (int i = 0; i < 1600; i++) {
            for (int colour = 0; colour < 3; colour++) {
                assertThat(beside[3 * i + 2 - colour]).isEqualTo(planes[colour * 1600 + i]);
                assertThat(half[colour * 1600 + i]).isCloseTo(planes[colour * 1600 + i], within(0.001f));
                assertThat(whole[colour * 1600 + i] / 255).isCloseTo(planes[colour * 1600 + i], within(1e-5f));
            }
        }
    }

    private static float[] written(Picture picture, Size size, DataType type, Layout layout, Order order) {
        TensorFormat format =
                new TensorFormat(type, layout, order, type == DataType.UINT8 ? 1 : 1 / 255f, ZEROS, ONES, 114);
        byte[] out = new byte[(int) format.byteSize(size)];
        new TensorWriter(Fit.CENTRED, size, format).write(picture, MemorySegment.ofArray(out));
        MemorySegment memory = MemorySegment.ofArray(out);
        float[] values = new float[3 * size.width() * size.height()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case UINT8 -> memory.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
                case FP16 -> Float.float16ToFloat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i));
                default -> memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
            };
        }
        return values;
    }

    @Test
    void refusesMemoryThatIsTooSmall() {
        Picture picture = Pictures.noise(4, 4, PixelFormat.GRAY8, ColourSpace.BT601_FULL, 1);
        TensorWriter writer = new TensorWriter(Fit.CENTRED, new Size(32, 32), BYTES);
        assertThatThrownBy(() -> writer.write(picture, MemorySegment.ofArray(new byte[100])))
                .hasMessageContaining("takes 3072 bytes, not 100");
    }
}
