package io.penstock.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.PictureException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DamagedStillsTest {
    private final FfmpegPictureCodec codec = new FfmpegPictureCodec();

    @AfterEach
    void everyFrameIsGivenBack() {
        assertThat(codec.outstandingFrames()).isZero();
    }

    private static Map<String, byte[]> stills() {
        BufferedImage scene = Stills.scene(120, 90, BufferedImage.TYPE_3BYTE_BGR);
        return Map.of(
                "lossy webp", Stills.quarters("lossy"),
                "lossless webp", Stills.quarters("lossless"),
                "cmyk jpeg", Stills.quarters("cmyk"),
                "jpeg", Stills.jpeg(scene, 0.9f, false),
                "progressive jpeg", Stills.jpeg(scene, 0.9f, true),
                "png", Stills.encoded(scene, "png"),
                "bmp", Stills.encoded(scene, "bmp"));
    }

    private static byte[] still(String name) {
        return Objects.requireNonNull(stills().get(name));
    }

    private Reason reason(byte[] bytes) {
        try (Picture picture = codec.decode(MemorySegment.ofArray(bytes))) {
            throw new AssertionError("decoded to " + picture.width() + " x " + picture.height());
        } catch (PictureException e) {
            assertThat(e).hasMessageStartingWith("the ");
            return e.reason();
        }
    }

    @Test
    void refusesWhatIsNoPicture() {
        assertThatThrownBy(() -> codec.decode(MemorySegment.ofArray(new byte[0])))
                .isInstanceOf(PictureException.class)
                .hasMessage("the picture is empty; JPEG, PNG, WebP and BMP are read");
        assertThat(reason("BMW is a maker of cars, and this is a text".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Reason.UNKNOWN_FORMAT);
        assertThat(reason("GIF89a........".getBytes(StandardCharsets.UTF_8))).isEqualTo(Reason.UNKNOWN_FORMAT);
        assertThat(reason(new byte[1000])).isEqualTo(Reason.UNKNOWN_FORMAT);
    }

    @Test
    void refusesEveryTruncation() {
        stills().forEach((name, still) -> {
            int step = Math.max(1, still.length / 150);
            for (int length = 0; length < still.length; length += step) {
                Reason reason = reason(Stills.cut(still, length));
                assertThat(reason).as("%s cut to %d", name, length).isIn(Reason.DAMAGED, Reason.UNKNOWN_FORMAT);
            }
            assertThat(reason(Stills.cut(still, still.length - 1))).as(name).isEqualTo(Reason.DAMAGED);
        });
    }

    @Test
    void refusesAJpegWhoseMiddleIsMissing() {
        byte[] jpeg = still("jpeg");
        byte[] halved = Arrays.copyOf(jpeg, jpeg.length / 2);
        halved[halved.length - 2] = (byte) 0xFF;
        halved[halved.length - 1] = (byte) 0xD9;
        assertThat(reason(halved)).isEqualTo(Reason.DAMAGED);
    }

    @Test
    void acceptsWhatFollowsTheEnd() {
        stills().forEach((name, still) -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(still);
            out.writeBytes("trailing rubbish".getBytes(StandardCharsets.UTF_8));
            try (Picture picture = codec.decode(MemorySegment.ofArray(out.toByteArray()))) {
                assertThat(picture.width()).as(name).isIn(120, 24);
            }
        });
    }

    @Test
    void anyBitMayFlip() {
        Random random = new Random(7);
        stills().forEach((name, still) -> {
            for (int i = 0; i < 300; i++) {
                byte[] damaged = still.clone();
                for (int k = 0; k <= i % 8; k++) {
                    int header = i % 2 == 0 ? Math.min(700, damaged.length) : damaged.length;
                    damaged[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
                }
                try (Picture picture = codec.decode(MemorySegment.ofArray(damaged))) {
                    assertThat(picture.width()).as(name).isPositive();
                } catch (PictureException e) {
                    assertThat(e.reason()).isNotNull();
                }
            }
        });
    }

    @Test
    void refusesAFlippedBitInPngPixels() {
        byte[] png = still("png");
        png[png.length / 2] ^= 4;
        assertThat(reason(png)).isEqualTo(Reason.DAMAGED);
    }

    @Test
    void refusesClaimedSizesBeforeDecoding() {
        byte[] png = still("png");
        claim(png, 16, 60_000);
        claim(png, 20, 60_000);
        assertThatThrownBy(() -> codec.decode(MemorySegment.ofArray(png)))
                .isInstanceOf(PictureException.class)
                .hasMessage("the picture is 60000 x 60000 pixels; at most 100 megapixels are decoded");
        claim(png, 16, 0xFFFFFFFF);
        claim(png, 20, 0xFFFFFFFF);
        assertThat(reason(png)).isEqualTo(Reason.TOO_LARGE);
        claim(png, 16, 0);
        assertThat(reason(png)).isEqualTo(Reason.DAMAGED);
        assertThat(reason(Stills.webpHeader(16_000, 16_000))).isEqualTo(Reason.TOO_LARGE);
        byte[] bmp = still("bmp");
        bmp[18 + 2] = 1;
        bmp[22 + 2] = 1;
        assertThat(reason(bmp)).isEqualTo(Reason.TOO_LARGE);
    }

    private static void claim(byte[] png, int at, int value) {
        for (int i = 0; i < 4; i++) {
            png[at + i] = (byte) (value >> (24 - 8 * i));
        }
    }

    @Test
    void takesAnotherLimit() {
        FfmpegPictureCodec small = new FfmpegPictureCodec(24 * 16 - 1);
        FfmpegPictureCodec enough = new FfmpegPictureCodec(120 * 90);
        stills().forEach((name, still) -> {
            assertThatThrownBy(() -> small.decode(MemorySegment.ofArray(still)))
                    .as(name)
                    .hasMessageMatching("the picture is (120 x 90|24 x 16) pixels; at most 383 pixels are decoded");
            enough.decode(MemorySegment.ofArray(still)).close();
        });
        assertThat(enough.outstandingFrames()).isZero();
    }

    @Test
    void aBrokenOrientationIsNoReasonToRefuse() {
        byte[] jpeg = still("jpeg");
        for (int orientation : new int[] {0, 9, 255}) {
            try (Picture picture = codec.decode(MemorySegment.ofArray(Stills.oriented(jpeg, orientation, true)))) {
                assertThat(picture.width()).isEqualTo(120);
            }
        }
    }
}
