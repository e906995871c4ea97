package io.penstock.scene;

import java.util.Arrays;

/** The pixels of something that never moves, painted once: runs along rows. */
final class Stamp {
    /** First pixel of each run, counted row by row from the picture's top left. */
    final int[] starts;

    final int[] lengths;
    /** Packed RGB of all runs, one after the other. */
    final byte[] rgb;

    final int minX;
    final int maxX;
    final int minY;
    final int maxY;

    /** What {@code owner} owns of {@code raster}. */
    Stamp(Raster raster, int owner) {
        minX = raster.minX(owner);
        maxX = raster.maxX(owner);
        minY = raster.minY(owner);
        maxY = raster.maxY(owner);
        int[] from = new int[raster.visible(owner)];
        int[] length = new int[from.length];
        rgb = new byte[3 * from.length];
        int runs = 0;
        int pixels = 0;
        for (int row = minY; row <= maxY; row++) {
            boolean inside = false;
            for (int column = minX; column <= maxX; column++) {
                boolean owned = raster.ownerAt(column, row) == owner;
                int pixel = row * raster.width + column;
                if (owned) {
                    if (!inside) {
                        from[runs++] = pixel;
                    }
                    length[runs - 1]++;
                    System.arraycopy(raster.rgb, 3 * pixel, rgb, 3 * pixels++, 3);
                }
                inside = owned;
            }
        }
        starts = Arrays.copyOf(from, runs);
        lengths = Arrays.copyOf(length, runs);
    }
}
