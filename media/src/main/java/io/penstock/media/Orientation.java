package io.penstock.media;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * How a stored picture is turned to stand upright: EXIF says it of stills, the display matrix of videos.
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

    /**
     * Of the matrix of a video's track, by which ISO 14496-12 (8.3.2) places a stored point: (x, y) is shown at
     * (a x + c y, b x + d y), y downwards. Where the picture lies is of no meaning here, nor is its scale; an angle that is
     * no quarter turn becomes the nearest one, and a matrix that shows nothing turns nothing.
     */
    static Orientation ofMatrix(long a, long b, long c, long d) {
        boolean swapped = Math.abs(b) + Math.abs(c) > Math.abs(a) + Math.abs(d);
        long toRight = swapped ? c : a;
        long toBottom = swapped ? b : d;
        return toRight == 0 || toBottom == 0
                ? new Orientation(false, false, false)
                : new Orientation(swapped, toRight < 0, toBottom < 0);
    }

    boolean isUpright() {
        return !swapped && !fromRight && !fromBottom;
    }

    /** The picture itself where it is upright; otherwise a turned copy, and the given one is closed. */
    Picture apply(Picture stored) {
        if (isUpright()) {
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
                planes.add(new PlaneTurn(this, stored, i, spread).turned());
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
}
