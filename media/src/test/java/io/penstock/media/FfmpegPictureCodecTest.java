package io.penstock.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.awt.image.BufferedImage;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class FfmpegPictureCodecTest {
    private final FfmpegPictureCodec codec = new FfmpegPictureCodec();

    @AfterEach
    void everyFrameIsGivenBack() {
        assertThat(codec.outstandingFrames()).isZero();
    }

    private void equalsImageIo(byte[] still, double mean) {
        BufferedImage expected = Stills.decoded(still);
        try (Picture picture = codec.decode(Stills.memory(still))) {
            assertThat(picture.width()).isEqualTo(expected.getWidth());
            assertThat(picture.height()).isEqualTo(expected.getHeight());
            assertThat(Stills.meanDifference(picture, expected)).isLessThanOrEqualTo(mean);
        }
    }

    @Test
    void decodesJpegToItsPlanes() {
        BufferedImage scene = Stills.scene(131, 77, BufferedImage.TYPE_INT_RGB);
        for (boolean progressive : new boolean[] {false, true}) {
            byte[] jpeg = Stills.jpeg(scene, 0.9f, progressive);
            // The JDK smooths chroma, the planes have it as it was stored.
            equalsImageIo(jpeg, 1.5);
            try (Picture picture = codec.decode(Stills.memory(jpeg))) {
                assertThat(picture.format()).isEqualTo(PixelFormat.YUV420P);
                assertThat(picture.colourSpace()).isEqualTo(ColourSpace.BT601_FULL);
                assertThat(picture.plane(0).data().isNative()).isTrue();
            }
        }
    }

    @Test
    void decodesGrayJpegToOnePlane() {
        byte[] jpeg = Stills.encoded(Stills.scene(40, 30, BufferedImage.TYPE_BYTE_GRAY), "jpeg");
        try (Picture picture = codec.decode(Stills.memory(jpeg))) {
            assertThat(picture.format()).isEqualTo(PixelFormat.GRAY8);
        }
    }

    @Test
    void decodesPngAndBmpOfEveryKindExactly() {
        for (int type : new int[] {
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_BYTE_INDEXED,
            BufferedImage.TYPE_BYTE_BINARY,
        }) {
            equalsImageIo(Stills.encoded(Stills.scene(53, 31, type), "png"), 0);
        }
        equalsImageIo(Stills.encoded(Stills.scene(53, 31, BufferedImage.TYPE_3BYTE_BGR), "bmp"), 0);
        equalsImageIo(Stills.encoded(Stills.scene(53, 31, BufferedImage.TYPE_BYTE_INDEXED), "bmp"), 0);
    }

    @Test
    void decodesGrayPngOfEightAndSixteenBits() {
        for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
            BufferedImage gray = Stills.scene(53, 31, type);
            try (Picture picture = codec.decode(Stills.memory(Stills.encoded(gray, "png")))) {
                int shift = type == BufferedImage.TYPE_BYTE_GRAY ? 0 : 8;
                int stored = gray.getRaster().getSample(20, 10, 0) >> shift;
                assertThat(Math.abs((Stills.rgb(picture, 20, 10) & 0xFF) - stored))
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void dropsAlphaAndKeepsWhatLiesUnderIt() {
        BufferedImage clear = new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB);
        clear.setRGB(1, 1, 0x00112233);
        try (Picture picture = codec.decode(Stills.memory(Stills.encoded(clear, "png")))) {
            assertThat(picture.format()).isEqualTo(PixelFormat.RGB24);
            assertThat(Stills.rgb(picture, 1, 1)).isEqualTo(0x112233);
        }
    }

    @Test
    void decodesWebpOfEveryKindAndCmyk() {
        int[][] corners = {{4, 4, 0xC8281E}, {20, 4, 0x145ADC}, {4, 12, 0x1EC83C}, {20, 12, 0xFFFFFF}};
        for (String kind : List.of("lossy", "lossless", "alpha", "cmyk")) {
            try (Picture picture = codec.decode(Stills.memory(Stills.quarters(kind)))) {
                boolean planes = kind.equals("lossy") || kind.equals("alpha");
                assertThat(picture.format()).isEqualTo(planes ? PixelFormat.YUV420P : PixelFormat.RGB24);
                for (int[] corner : corners) {
                    if (planes) {
                        assertThat(picture.colourSpace()).isEqualTo(ColourSpace.BT601_LIMITED);
                    } else {
                        assertThat(Stills.difference(Stills.rgb(picture, corner[0], corner[1]), corner[2]))
                                .as(kind)
                                .isLessThanOrEqualTo(kind.equals("cmyk") ? 24 : 0);
                    }
                }
                // By way of the encoder's conversion, which knows the limited range.
                BufferedImage png = Stills.decoded(codec.encodePng(picture));
                for (int[] corner : corners) {
                    assertThat(Stills.difference(png.getRGB(corner[0], corner[1]), corner[2]))
                            .as(kind)
                            .isLessThanOrEqualTo(24);
                }
            }
        }
    }

    @Test
    void turnsPicturesUpright() {
        // Both parities of both sides: shared chroma samples make a difference there.
        for (int[] size : new int[][] {{64, 48}, {63, 47}, {64, 47}, {63, 48}}) {
            byte[] plain = Stills.jpeg(Stills.scene(size[0], size[1], BufferedImage.TYPE_INT_RGB), 0.95f, false);
            try (Picture stored = codec.decode(Stills.memory(plain))) {
                for (int orientation = 1; orientation <= 8; orientation++) {
                    byte[] oriented = Stills.oriented(plain, orientation, orientation % 2 == 0);
                    try (Picture upright = codec.decode(Stills.memory(oriented))) {
                        Stills.requireTurned(stored, upright, orientation);
                    }
                }
            }
        }
    }

    @Test
    void encodesJpegThatOthersDecode() {
        Random random = new Random(3);
        for (PixelFormat format : PixelFormat.values()) {
            for (int[] size : new int[][] {{1, 1}, {2, 3}, {17, 9}, {160, 120}}) {
                try (Picture picture = smooth(size[0], size[1], format, ColourSpace.BT601_FULL, random.nextInt(50))) {
                    BufferedImage decoded = Stills.decoded(codec.encodeJpeg(picture, 95));
                    assertThat(decoded.getWidth()).isEqualTo(size[0]);
                    assertThat(decoded.getHeight()).isEqualTo(size[1]);
                    assertThat(Stills.meanDifference(picture, decoded))
                            .as(format + " " + size[0] + " x " + size[1])
                            .isLessThan(4);
                }
            }
        }
    }

    private static Picture smooth(int width, int height, PixelFormat format, ColourSpace space, int offset) {
        List<Picture.Plane> planes = new ArrayList<>();
        for (int i = 0; i < format.planes(); i++) {
            int bytes = Planes.rowBytes(format, i, width);
            int rows = format.planeHeight(i, height);
            byte[] samples = new byte[bytes * rows];
            for (int k = 0; k < samples.length; k++) {
                int x = format == PixelFormat.RGB24 ? k % bytes / 3 : k % bytes;
                samples[k] = (byte) (90 + offset + (i == 0 ? x * 60 / width + k / bytes * 50 / height : 20 * i));
            }
            planes.add(new Picture.Plane(MemorySegment.ofArray(samples), bytes));
        }
        return new Picture(width, height, format, space, planes, () -> {});
    }

    @Test
    void encodesVideoColoursAsJpegHasThem() {
        // White, and a red, in high-definition video's terms.
        for (int[] c : new int[][] {{235, 128, 128, 0xFFFFFF}, {63, 102, 240, 0xFF0000}}) {
            List<Picture.Plane> planes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                byte[] samples = new byte[32 * 32];
                Arrays.fill(samples, (byte) c[i]);
                planes.add(new Picture.Plane(MemorySegment.ofArray(samples), 32));
            }
            try (Picture picture =
                    new Picture(32, 32, PixelFormat.YUV444P, ColourSpace.BT709_LIMITED, planes, () -> {})) {
                assertThat(Stills.difference(
                                Stills.decoded(codec.encodeJpeg(picture, 95)).getRGB(16, 16), c[3]))
                        .isLessThan(12);
                assertThat(Stills.difference(
                                Stills.decoded(codec.encodePng(picture)).getRGB(16, 16), c[3]))
                        .isLessThan(8);
            }
        }
    }

    @Test
    void betterQualityIsLargerAndNearer() {
        BufferedImage scene = Stills.scene(200, 150, BufferedImage.TYPE_INT_RGB);
        try (Picture picture = codec.decode(Stills.memory(Stills.encoded(scene, "png")))) {
            byte[] poor = codec.encodeJpeg(picture, 20);
            byte[] good = codec.encodeJpeg(picture, 95);
            assertThat(good.length).isGreaterThan(poor.length);
            assertThat(Stills.meanDifference(picture, Stills.decoded(good)))
                    .isLessThan(Stills.meanDifference(picture, Stills.decoded(poor)));
            assertThat(codec.encodeJpeg(picture, 1)).isNotEmpty();
            assertThat(codec.encodeJpeg(picture, 100)).isNotEmpty();
            assertThatThrownBy(() -> codec.encodeJpeg(picture, 0)).hasMessage("quality must be from 1 to 100: 0");
        }
    }

    @Test
    void encodesSmallInProportionAndWithTheSameColours() {
        for (PixelFormat format : PixelFormat.values()) {
            try (Picture picture = smooth(641, 363, format, ColourSpace.BT601_FULL, 0)) {
                BufferedImage small = Stills.decoded(codec.encodeSmallJpeg(picture, 320, 90));

                assertThat(small.getWidth()).isEqualTo(320);
                assertThat(small.getHeight()).isEqualTo(181);
                for (int[] at : new int[][] {{2, 2}, {160, 90}, {317, 178}}) {
                    assertThat(Stills.difference(small.getRGB(at[0], at[1]), Stills.rgb(picture, 2 * at[0], 2 * at[1])))
                            .as(format + " at " + at[0])
                            .isLessThan(12);
                }
            }
        }
        try (Picture picture = smooth(200, 100, PixelFormat.RGB24, ColourSpace.BT601_FULL, 0)) {
            assertThat(codec.encodeSmallJpeg(picture, 320, 80)).isEqualTo(codec.encodeJpeg(picture, 80));
            assertThatThrownBy(() -> codec.encodeSmallJpeg(picture, 1, 80))
                    .hasMessage("maxWidth must be at least 2: 1");
        }
    }

    @Test
    void encodesPngWithoutLoss() {
        BufferedImage scene = Stills.scene(71, 43, BufferedImage.TYPE_INT_RGB);
        try (Picture picture = codec.decode(Stills.memory(Stills.encoded(scene, "png")))) {
            assertThat(Stills.meanDifference(picture, Stills.decoded(codec.encodePng(picture))))
                    .isZero();
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void eightThreadsDecodeTheSamePixels() throws Exception {
        byte[] jpeg = Stills.jpeg(Stills.scene(160, 120, BufferedImage.TYPE_INT_RGB), 0.9f, false);
        byte[] png = Stills.encoded(Stills.scene(90, 70, BufferedImage.TYPE_INT_ARGB), "png");
        int expectedJpeg = hash(jpeg);
        int expectedPng = hash(png);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(() -> {
                    boolean same = true;
                    for (int k = 0; k < 50; k++) {
                        same &= k % 2 == 0 ? hash(jpeg) == expectedJpeg : hash(png) == expectedPng;
                    }
                    return same;
                }));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        }
    }

    private int hash(byte[] still) {
        try (Picture picture = codec.decode(Stills.memory(still))) {
            int hash = 0;
            for (int y = 0; y < picture.height(); y += 3) {
                for (int x = 0; x < picture.width(); x++) {
                    hash = 31 * hash + Stills.rgb(picture, x, y);
                }
            }
            return hash;
        }
    }
}
