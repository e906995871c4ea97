package io.penstock.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class OrientationTest {
    /** Whole squares of eight and rests of them, more than a block, odd sides, and next to nothing. */
    private static final int[][] SIZES = {{1, 1}, {2, 1}, {7, 3}, {8, 8}, {16, 66}, {65, 24}, {130, 71}, {64, 136}};

    /** Rows are apart by more than their length, and what is between them must not come along. */
    private static Picture noise(int width, int height, PixelFormat format, AtomicInteger released) {
        Random random = new Random(width * 31L + height);
        List<Picture.Plane> planes = new ArrayList<>();
        for (int i = 0; i < format.planes(); i++) {
            int stride = Planes.rowBytes(format, i, width) + 5;
            byte[] samples = new byte[stride * format.planeHeight(i, height)];
            random.nextBytes(samples);
            planes.add(new Picture.Plane(MemorySegment.ofArray(samples), stride));
        }
        return new Picture(width, height, format, ColourSpace.BT709_LIMITED, planes, () -> released.incrementAndGet());
    }

    @Test
    void everySampleOfEveryFormatLandsWhereItBelongs() {
        for (PixelFormat format : PixelFormat.values()) {
            for (int[] size : SIZES) {
                for (int exif = 1; exif <= 8; exif++) {
                    AtomicInteger released = new AtomicInteger();
                    Picture stored = noise(size[0], size[1], format, released);
                    try (Picture upright = Orientation.of(exif).apply(stored.retain())) {
                        assertThat(upright.colourSpace()).isEqualTo(ColourSpace.BT709_LIMITED);
                        Stills.requireTurned(stored, upright, exif);
                    }
                    stored.close();
                    assertThat(released).hasValue(1);
                }
            }
        }
    }

    @Test
    void theMatricesOfTracksAreExifsEight() {
        for (int exif = 1; exif <= 8; exif++) {
            int[] m = Stills.matrix(exif);
            assertThat(Orientation.ofMatrix(m[0], m[1], m[2], m[3]))
                    .as("EXIF " + exif)
                    .isEqualTo(Orientation.of(exif));
        }
    }

    @Test
    void anAngleThatIsNoQuarterTurnBecomesTheNearest() {
        for (int angle = -180; angle <= 180; angle++) {
            if (Math.floorMod(angle, 90) == 45) {
                continue;
            }
            double radians = Math.toRadians(angle);
            long cos = Math.round(65536 * Math.cos(radians));
            long sin = Math.round(65536 * Math.sin(radians));
            int quarters = Math.floorMod(Math.round(angle / 90f), 4);
            assertThat(Orientation.ofMatrix(cos, sin, -sin, cos))
                    .as(angle + " degrees")
                    .isEqualTo(Orientation.of(List.of(1, 6, 3, 8).get(quarters)));
        }
    }

    @Test
    void aMatrixThatShowsNothingTurnsNothing() {
        for (int[] m : new int[][] {{0, 0, 0, 0}, {-1, 0, 0, 0}, {0, 0, 0, -1}, {0, 1, 0, 0}}) {
            assertThat(Orientation.ofMatrix(m[0], m[1], m[2], m[3]).isUpright()).isTrue();
        }
        long least = Integer.MIN_VALUE;
        assertThat(Orientation.ofMatrix(least, 0, 0, least)).isEqualTo(Orientation.of(3));
    }
}
