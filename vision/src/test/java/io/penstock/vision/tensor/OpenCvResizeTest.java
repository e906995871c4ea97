package io.penstock.vision.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.tensor.DataType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Against what OpenCV itself made of the same picture; {@code src/test/python/opencv_resize.py} wrote it down. */
final class OpenCvResizeTest {
    private static final int WIDTH = 61;
    private static final int HEIGHT = 47;
    private static final TensorFormat BYTES = new TensorFormat(
            DataType.UINT8,
            TensorFormat.Layout.NHWC,
            TensorFormat.Order.RGB,
            1,
            List.of(0f, 0f, 0f),
            List.of(1f, 1f, 1f),
            0);

    private static Picture picture() {
        byte[] pixels = new byte[WIDTH * HEIGHT * 3];
        for (long i = 0; i < pixels.length; i++) {
            pixels[(int) i] = (byte) (i * 37 + i * i / 97);
        }
        return Picture.rgb(WIDTH, HEIGHT, MemorySegment.ofArray(pixels));
    }

    @Test
    void everyPixelIsWithinOneOfOpenCvs() throws IOException {
        List<String> lines = lines();
        assertThat(lines).hasSize(18);
        for (String line : lines) {
            String[] fields = line.split(" ", -1);
            Size size = new Size(Integer.parseInt(fields[1]), Integer.parseInt(fields[2]));
            byte[] expected = HexFormat.of().parseHex(fields[3]);
            byte[] actual = new byte[expected.length];
            Preprocessing preprocessing =
                    new Preprocessing(Fit.STRETCH, size, size, BYTES, Resampling.valueOf(fields[0]));
            preprocessing.writer().write(picture(), MemorySegment.ofArray(actual));
            int worst = 0;
            for (int i = 0; i < expected.length; i++) {
                worst = Math.max(worst, Math.abs((expected[i] & 0xFF) - (actual[i] & 0xFF)));
            }
            assertThat(worst).as("%s %s", fields[0], size).isLessThanOrEqualTo(1);
        }
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = Objects.requireNonNull(OpenCvResizeTest.class.getResourceAsStream("opencv-resize.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }
}
