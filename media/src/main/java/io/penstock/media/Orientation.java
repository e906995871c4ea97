package io.penstock.media;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a picture upright by EXIF's orientation.
 *
 * @param swapped rows become columns
 * @param fromRight the upright picture's columns run against the stored ones'
 * @param fromBottom likewise its rows; both after swapping
 */
record Orientation(boolean swapped, boolean fromRight, boolean fromBottom) {
    static Orientation of(int exif) {
        return switch (exif) {
            case 2 -> new Orientation(false, true, false);
            case 3 -> new Orientation(false, true, true);
            case 4 -> new Orientation(false, false, true);
            case 5 -> new Orientation(true, false, false);
            case 6 -> new Orientation(true, true, false);
            case 7 -> new Orientation(true, true, true);
            case 8 -> new Orientation(true, false, true);
            default -> new Orientation(false, false, false);
        };
    }

    /** The picture itself where it is upright; otherwise a turned copy, and the given one is closed. */
    Picture apply(Picture stored) {
        if (!swapped && !fromRight && !fromBottom) {
            return stored;
        }
        try (stored) {
            PixelFormat format = stored.format();
            boolean odd = isOdd(format.planeWidth(1, 2) == 1, stored.width())
                    || isOdd(format.planeHeight(1, 2) == 1, stored.height());
            // A mirrored picture of odd size would have its shared chroma samples beside the wrong pixels.
            boolean spread = format.isYuv() && odd;
            PixelFormat turned = spread ? PixelFormat.YUV444P : turned(format);
            int width = swapped ? stored.height() : stored.width();
            int height = swapped ? stored.width() : stored.height();
            List<Picture.Plane> planes = new ArrayList<>();
            for (int i = 0; i < format.planes(); i++) {
                planes.add(turn(stored, i, spread));
            }
            return new Picture(width, height, turned, stored.colourSpace(), planes, () -> {});
        }
    }

    private static boolean isOdd(boolean halved, int side) {
        return halved && (side & 1) == 1;
    }

    private PixelFormat turned(PixelFormat format) {
        if (!swapped) {
            return format;
        }
        return switch (format) {
            case YUV422P -> PixelFormat.YUV440P;
            case YUV440P -> PixelFormat.YUV422P;
            case RGB24, GRAY8, YUV420P, YUV444P -> format;
        };
    }

    private Picture.Plane turn(Picture stored, int index, boolean spread) {
        PixelFormat format = stored.format();
        int storedWidth = format.planeWidth(index, stored.width());
        int storedHeight = format.planeHeight(index, stored.height());
        int shiftX = spread && storedWidth < stored.width() ? 1 : 0;
        int shiftY = spread && storedHeight < stored.height() ? 1 : 0;
        int columns = spread ? stored.width() : storedWidth;
        int rows = spread ? stored.height() : storedHeight;
        int size = format == PixelFormat.RGB24 ? 3 : 1;
        int width = swapped ? rows : columns;
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(columns, rows), size)];
        byte[] row = new byte[storedWidth * size];
        // The stored picture is read row by row; each pixel's place moves by a fixed step along it.
        int height = swapped ? columns : rows;
        int stepX = (fromRight ? -1 : 1) * size;
        int stepY = (fromBottom ? -1 : 1) * size * width;
        int origin = ((fromRight ? width - 1 : 0) + (fromBottom ? height - 1 : 0) * width) * size;
        int alongRow = swapped ? stepY : stepX;
        int alongColumn = swapped ? stepX : stepY;
        Picture.Plane plane = stored.plane(index);
        for (int y = 0; y < rows; y++) {
            MemorySegment.copy(
                    plane.data(), ValueLayout.JAVA_BYTE, (long) (y >> shiftY) * plane.stride(), row, 0, row.length);
            int at = origin + y * alongColumn;
            for (int x = 0; x < columns; x++, at += alongRow) {
                int from = (x >> shiftX) * size;
                for (int k = 0; k < size; k++) {
                    out[at + k] = row[from + k];
                }
            }
        }
        return new Picture.Plane(MemorySegment.ofArray(out), width * size);
    }
}
