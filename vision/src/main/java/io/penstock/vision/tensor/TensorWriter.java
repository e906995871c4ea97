package io.penstock.vision.tensor;

import io.penstock.pipeline.frame.Picture;
import java.lang.foreign.MemorySegment;

/**
 * Writes a picture into a network's input in one pass: conversion to RGB, bilinear resize, bars, normalisation and
 * layout. Pixels equal those of OpenCV's {@code resize} with INTER_LINEAR or INTER_AREA on the same RGB picture.
 *
 * <p>Only the rows that are needed are converted; two of them at a time are kept, scaled horizontally, and blended
 * straight into the tensor. The loops are written over int, float and byte arrays so that they are vectorised.
 *
 * <p>Threads: immutable; any number may write at once. A call allocates a few rows of scratch.
 */
public final class TensorWriter {
    private final Preprocessing preprocessing;
    private final Size size;
    private final TensorFormat format;

    public TensorWriter(Fit fit, Size size, TensorFormat format) {
        this(new Preprocessing(fit, size, format));
    }

    public TensorWriter(Preprocessing preprocessing) {
        this.preprocessing = preprocessing;
        this.size = preprocessing.size();
        this.format = preprocessing.format();
    }

    /** Bytes that one picture fills. */
    public long byteSize() {
        return format.byteSize(size);
    }

    /**
     * Fills the tensor of one picture.
     *
     * @param target where the picture's part of the tensor starts; at least {@link #byteSize} bytes
     * @return where the picture lies in the input, for the way back
     */
    public Placement write(Picture picture, MemorySegment target) {
        if (target.byteSize() < byteSize()) {
            throw new IllegalArgumentException(
                    "a picture of " + size + " takes " + byteSize() + " bytes, not " + target.byteSize());
        }
        Placement placement = preprocessing.place(new Size(picture.width(), picture.height()));
        write(picture, placement, target);
        return placement;
    }

    /** Fills the tensor with the picture placed as given, as tiles are. */
    public void write(Picture picture, Placement placement, MemorySegment target) {
        int left = Math.max(0, placement.left());
        int top = Math.max(0, placement.top());
        int right =
                Math.min(size.width(), placement.left() + placement.content().width());
        int bottom =
                Math.min(size.height(), placement.top() + placement.content().height());
        TensorRows rows = new TensorRows(format, size, target, left);
        for (int y = 0; y < top; y++) {
            rows.writeBar(y);
        }
        if (placement.isUnscaled()) {
            copy(picture, placement, rows, right - left, bottom - top);
        } else if (preprocessing.resampling() == Resampling.AREA && AreaScaler.shrinks(placement)) {
            AreaScaler.scale(picture, placement, rows, right - left, bottom - top);
        } else {
            scale(picture, placement, rows, right - left, bottom - top);
        }
        for (int y = bottom; y < size.height(); y++) {
            rows.writeBar(y);
        }
    }

    private static void copy(Picture picture, Placement placement, TensorRows rows, int width, int height) {
        PackedRows source = new PackedRows(picture);
        int[] packed = new int[picture.width() + 1];
        int[] red = new int[width];
        int[] green = new int[width];
        int[] blue = new int[width];
        int skipX = Math.max(0, -placement.left());
        int skipY = Math.max(0, -placement.top());
        int top = Math.max(0, placement.top());
        for (int y = 0; y < height; y++) {
            source.read(y + skipY, packed);
            for (int x = 0; x < width; x++) {
                int pixel = packed[x + skipX];
                red[x] = pixel & 0xFF;
                green[x] = (pixel >> 8) & 0xFF;
                blue[x] = (pixel >> 16) & 0xFF;
            }
            rows.write(top + y, red, green, blue, width);
        }
    }

    private void scale(Picture picture, Placement placement, TensorRows rows, int width, int height) {
        int skipX = Math.max(0, -placement.left());
        int skipY = Math.max(0, -placement.top());
        Resampling how = preprocessing.resampling();
        Axis horizontal = Axis.ofColumns(picture.width(), placement.content().width(), skipX, width, how);
        Axis vertical = Axis.ofRows(picture.height(), placement.content().height(), skipY, height, how);
        RowScaler scaler = RowScaler.of(picture, horizontal);
        int[] red = new int[width];
        int[] green = new int[width];
        int[] blue = new int[width];
        int top = Math.max(0, placement.top());
        ScaledRow upper = new ScaledRow(width);
        ScaledRow lower = new ScaledRow(width);
        for (int y = 0; y < height; y++) {
            int first = vertical.first[y];
            if (lower.holds(first)) {
                ScaledRow swap = upper;
                upper = lower;
                lower = swap;
            }
            scaler.fill(upper, first);
            scaler.fill(lower, vertical.second[y]);
            int near = vertical.near[y];
            int far = vertical.far[y];
            blend(upper.red, lower.red, near, far, red);
            blend(upper.green, lower.green, near, far, green);
            blend(upper.blue, lower.blue, near, far, blue);
            rows.write(top + y, red, green, blue, width);
        }
    }

    /** OpenCV's vertical pass on 8-bit pictures, truncations included; rows come shifted right by 4. */
    private static void blend(int[] upper, int[] lower, int near, int far, int[] out) {
        for (int x = 0; x < out.length; x++) {
            out[x] = (((near * upper[x]) >> 16) + ((far * lower[x]) >> 16) + 2) >> 2;
        }
    }
}
