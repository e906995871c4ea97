package io.penstock.benchmarks;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Spreads halved colour as libjpeg's "fancy upsampling" does: each sample is three quarters of the nearest one and a quarter of
 * the next, in each halved direction. Rounding alternates as there, and the edges repeat.
 */
final class TriangleChroma {
    private TriangleChroma() {}

    /** The same luma with colour at every pixel, in memory of its own; the given picture stays. */
    static Picture spread(Picture picture) {
        PixelFormat format = picture.format();
        int width = picture.width();
        int height = picture.height();
        List<Picture.Plane> planes = new ArrayList<>();
        for (int plane = 0; plane < 3; plane++) {
            int[][] samples =
                    samples(picture.plane(plane), format.planeWidth(plane, width), format.planeHeight(plane, height));
            boolean down = plane > 0 && picture.isHalvedDown();
            boolean across = plane > 0 && picture.isHalvedAcross();
            byte[] out = new byte[width * height];
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    out[y * width + x] = (byte) at(samples, x, y, across, down);
                }
            }
            planes.add(new Picture.Plane(MemorySegment.ofArray(out), width));
        }
        return new Picture(width, height, PixelFormat.YUV444P, picture.colourSpace(), planes, () -> {});
    }

    private static int[][] samples(Picture.Plane plane, int width, int height) {
        int[][] samples = new int[height][width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                samples[y][x] = plane.data().get(ValueLayout.JAVA_BYTE, (long) y * plane.stride() + x) & 0xFF;
            }
        }
        return samples;
    }

    private static int at(int[][] samples, int x, int y, boolean across, boolean down) {
        int nearRow = down ? y / 2 : y;
        int farRow = down ? neighbour(y, samples.length) : y;
        if (!across) {
            // Weights sum to 4; the upper of two rows rounds down where it is half.
            return down ? (3 * samples[nearRow][x] + samples[farRow][x] + 1 + (y & 1)) >> 2 : samples[y][x];
        }
        int column = x / 2;
        int next = neighbour(x, samples[0].length);
        if (!down) {
            return column == next ? samples[y][column] : (3 * samples[y][column] + samples[y][next] + 1 + (x & 1)) >> 2;
        }
        int here = 3 * samples[nearRow][column] + samples[farRow][column];
        int beside = 3 * samples[nearRow][next] + samples[farRow][next];
        return (3 * here + beside + 8 - (x & 1)) >> 4;
    }

    /** The other sample between which and the nearest one a pixel lies; at the edge the nearest itself. */
    private static int neighbour(int pixel, int samples) {
        int other = pixel / 2 + ((pixel & 1) == 0 ? -1 : 1);
        return Math.clamp(other, 0, samples - 1);
    }
}
