package io.penstock.vision.colour;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import java.lang.foreign.ValueLayout;

/** Single pixels of a picture as {@code red | green << 8 | blue << 16}; for few of them, far apart. */
final class PixelReader {
    private final Picture picture;
    private final boolean limited;
    private final double redWeight;
    private final double blueWeight;
    private final boolean halvedAcross;
    private final boolean halvedDown;

    PixelReader(Picture picture) {
        ColourSpace space = picture.colourSpace();
        this.picture = picture;
        this.limited = space == ColourSpace.BT601_LIMITED || space == ColourSpace.BT709_LIMITED;
        boolean bt601 = space == ColourSpace.BT601_FULL || space == ColourSpace.BT601_LIMITED;
        this.redWeight = bt601 ? 0.299 : 0.2126;
        this.blueWeight = bt601 ? 0.114 : 0.0722;
        this.halvedAcross = picture.isHalvedAcross();
        this.halvedDown = picture.isHalvedDown();
    }

    int read(int x, int y) {
        return switch (picture.format()) {
            case RGB24 -> sample(0, 3 * x, y) | sample(0, 3 * x + 1, y) << 8 | sample(0, 3 * x + 2, y) << 16;
            case GRAY8 -> 0x010101 * sample(0, x, y);
            case YUV420P, YUV422P, YUV440P, YUV444P -> {
                int chromaX = halvedAcross ? x / 2 : x;
                int chromaY = halvedDown ? y / 2 : y;
                yield convert(sample(0, x, y), sample(1, chromaX, chromaY) - 128, sample(2, chromaX, chromaY) - 128);
            }
        };
    }

    private int convert(int luma, int cb, int cr) {
        double light = limited ? (luma - 16) * 255.0 / 219 : luma;
        double chroma = limited ? 255.0 / 224 : 1;
        double red = light + chroma * 2 * (1 - redWeight) * cr;
        double blue = light + chroma * 2 * (1 - blueWeight) * cb;
        double green = (light - redWeight * red - blueWeight * blue) / (1 - redWeight - blueWeight);
        return level(red) | level(green) << 8 | level(blue) << 16;
    }

    private static int level(double value) {
        return Math.clamp(Math.round(value), 0, 255);
    }

    private int sample(int plane, int x, int y) {
        Picture.Plane samples = picture.plane(plane);
        return samples.data().get(ValueLayout.JAVA_BYTE, (long) y * samples.stride() + x) & 0xFF;
    }
}
