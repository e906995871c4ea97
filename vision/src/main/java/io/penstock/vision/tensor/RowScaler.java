package io.penstock.vision.tensor;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;

/**
 * The horizontal pass of the resize: reads a source row and scales it. Three colours share one multiplication, each
 * in 21 bits of a long.
 *
 * <p>Threads: for one thread; it holds scratch rows.
 */
final class RowScaler {
    private static final int FIELD = (1 << 21) - 1;

    private final PackedRows source;
    private final Axis axis;
    private final byte[] bytes;
    private final int[] lanes;

    private RowScaler(PackedRows source, Axis axis, byte[] bytes, int[] lanes) {
        this.source = source;
        this.axis = axis;
        this.bytes = bytes;
        this.lanes = lanes;
    }

    /** RGB24 is read where it lies, every other format by way of packed pixels. */
    static RowScaler of(Picture picture, Axis columns) {
        PackedRows source = new PackedRows(picture);
        int width = picture.width();
        if (picture.format() == PixelFormat.RGB24) {
            return new RowScaler(source, columns, new byte[PackedRows.bytesForRgb(width)], new int[0]);
        }
        for (int i = 0; i < columns.first.length; i++) {
            columns.first[i] = PackedRows.index(columns.first[i], width);
            columns.second[i] = PackedRows.index(columns.second[i], width);
        }
        return new RowScaler(source, columns, new byte[0], new int[PackedRows.lanesFor(width)]);
    }

    /** Makes {@code out} hold source row {@code y}; does nothing where it does already. */
    void fill(ScaledRow out, int y) {
        if (out.holds(y)) {
            return;
        }
        if (lanes.length > 0) {
            source.readLanes(y, lanes);
            scaleLanes(out);
        } else {
            source.readRgb(y, bytes);
            scaleBytes(out);
        }
        out.nowHolds(y);
    }

    private void scaleBytes(ScaledRow out) {
        int[] first = axis.first;
        int[] near = axis.near;
        int[] far = axis.far;
        byte[] row = bytes;
        int[] red = out.red;
        int[] green = out.green;
        int[] blue = out.blue;
        for (int x = 0; x < red.length; x++) {
            int at = 3 * first[x];
            long sum = spread((int) PackedRows.INT.get(row, at)) * near[x]
                    + spread((int) PackedRows.INT.get(row, at + 3)) * far[x];
            red[x] = (int) (sum >> 4) & (FIELD >> 4);
            green[x] = (int) (sum >> 25) & (FIELD >> 4);
            blue[x] = (int) (sum >> 46) & (FIELD >> 4);
        }
    }

    private void scaleLanes(ScaledRow out) {
        int[] first = axis.first;
        int[] near = axis.near;
        int[] far = axis.far;
        int[] second = axis.second;
        int[] row = lanes;
        int[] red = out.red;
        int[] green = out.green;
        int[] blue = out.blue;
        for (int x = 0; x < red.length; x++) {
            long sum = spread(row[first[x]]) * near[x] + spread(row[second[x]]) * far[x];
            red[x] = (int) (sum >> 4) & (FIELD >> 4);
            green[x] = (int) (sum >> 25) & (FIELD >> 4);
            blue[x] = (int) (sum >> 46) & (FIELD >> 4);
        }
    }

    private static long spread(int pixel) {
        return (pixel & 0xFFL) | (pixel & 0xFF00L) << 13 | (pixel & 0xFF0000L) << 26;
    }
}
