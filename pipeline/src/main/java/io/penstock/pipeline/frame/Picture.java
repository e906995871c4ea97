package io.penstock.pipeline.frame;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decoded pixels, upright, as the source delivered them.
 *
 * <p>Its memory is counted: whoever makes it holds one count, whoever keeps it longer than the call that showed it
 * takes one with {@link #retain}, and each gives its own back with {@link #close}; the last one frees the pixels.
 *
 * <p>Threads: pixels are written before the picture is made and never after, so any number of threads may read.
 */
public final class Picture implements AutoCloseable {
    private final int width;
    private final int height;
    private final PixelFormat format;
    private final ColourSpace colourSpace;
    private final List<Plane> planes;
    private final Runnable release;
    private final AtomicInteger holds = new AtomicInteger(1);

    /**
     * One plane of samples.
     *
     * @param data starts at the first sample of the top row, and reaches at least to the last sample of the last row
     * @param stride bytes from one row to the next
     */
    public record Plane(MemorySegment data, int stride) {}

    /** @param release run once, when the last count is given back */
    public Picture(
            int width, int height, PixelFormat format, ColourSpace colourSpace, List<Plane> planes, Runnable release) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture is at least 1 x 1: " + width + " x " + height);
        }
        if (planes.size() != format.planes()) {
            throw new IllegalArgumentException(format + " has " + format.planes() + " planes, not " + planes.size());
        }
        this.width = width;
        this.height = height;
        this.format = format;
        this.colourSpace = colourSpace;
        this.planes = List.copyOf(planes);
        this.release = release;
    }

    /** Packed RGB without padding at the rows' ends, in memory that the garbage collector frees. */
    public static Picture rgb(int width, int height, MemorySegment pixels) {
        return new Picture(
                width,
                height,
                PixelFormat.RGB24,
                ColourSpace.BT601_FULL,
                List.of(new Plane(pixels, Math.multiplyExact(width, 3))),
                () -> {});
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public PixelFormat format() {
        return format;
    }

    public ColourSpace colourSpace() {
        return colourSpace;
    }

    public List<Plane> planes() {
        return planes;
    }

    public Plane plane(int index) {
        return planes.get(index);
    }

    /**
     * A part of this picture, whose pixels are not copied: it holds a count of this one until it is released itself. Where
     * colour is halved, left and top must be even.
     *
     * @param left column of the part's first pixel
     * @param top likewise
     */
    public Picture part(int left, int top, int partWidth, int partHeight) {
        boolean inside = left >= 0 && top >= 0 && left + partWidth <= width && top + partHeight <= height;
        if (!inside || (left % 2 != 0 && isHalvedAcross()) || (top % 2 != 0 && isHalvedDown())) {
            throw new IllegalArgumentException("no part of " + width + " x " + height + " " + format + ": " + partWidth
                    + " x " + partHeight + " at (" + left + ", " + top + ")");
        }
        List<Plane> parts = new ArrayList<>();
        for (int i = 0; i < planes.size(); i++) {
            Plane plane = planes.get(i);
            int x = i > 0 && isHalvedAcross() ? left / 2 : left;
            int y = i > 0 && isHalvedDown() ? top / 2 : top;
            int bytes = format == PixelFormat.RGB24 ? 3 : 1;
            parts.add(new Plane(plane.data().asSlice((long) y * plane.stride() + (long) x * bytes), plane.stride()));
        }
        retain();
        return new Picture(partWidth, partHeight, format, colourSpace, parts, this::close);
    }

    /** Whether colour has half as many columns. */
    public boolean isHalvedAcross() {
        return format.isYuv() && format.planeWidth(1, 2) == 1;
    }

    /** Whether colour has half as many rows. */
    public boolean isHalvedDown() {
        return format.isYuv() && format.planeHeight(1, 2) == 1;
    }

    /**
     * Takes one more count.
     *
     * @throws IllegalStateException if the last one was already given back
     */
    public Picture retain() {
        if (holds.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new IllegalStateException("the picture was released");
        }
        return this;
    }

    /** Gives one count back. */
    @Override
    public void close() {
        int left = holds.decrementAndGet();
        if (left == 0) {
            release.run();
        } else if (left < 0) {
            throw new IllegalStateException("the picture was released more often than it was held");
        }
    }
}
