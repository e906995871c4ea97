package io.penstock.vision.tensor;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;

/**
 * The horizontal pass of the resize: reads a source row and scales it. The two pixels that each target lies between are
 * gathered first, which no compiler vectorises; all arithmetic is then done in loops that C2 does vectorise, a colour at
 * a time.
 *
 * <p>Threads: for one thread; it holds scratch rows.
 */
final class RowScaler {
    private final PackedRows source;
    private final Axis axis;
    private final byte[] bytes;
    private final int[] lanes;
    private final int[] left;
    private final int[] right;

    private RowScaler(PackedRows source, Axis axis, byte[] bytes, int[] lanes) {
        this.source = source;
        this.axis = axis;
        this.bytes = bytes;
        this.lanes = lanes;
        this.left = new int[axis.first.length];
        this.right = new int[axis.first.length];
    }

    /** RGB24 is read where it lies, every other format by way of packed pixels. */
    static RowScaler of(Picture picture, Axis columns) {
        PackedRows source = new PackedRows(picture);
        int width = picture.width();
        if (picture.format() == PixelFormat.RGB24) {
            for (int i = 0; i < columns.first.length; i++) {
                columns.first[i] *= 3;
            }
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
            gatherLanes();
        } else {
            source.readRgb(y, bytes);
            gatherBytes();
        }
        scale(0, out.red);
        scale(8, out.green);
        scale(16, out.blue);
        out.nowHolds(y);
    }

    private void gatherBytes() {
        int[] first = axis.first;
        byte[] row = bytes;
        int[] near = left;
        int[] far = right;
        for (int x = 0; x < near.length; x++) {
            // Both pixels at once: 6 of its 8 bytes.
            long pair = (long) PackedRows.LONG.get(row, first[x]);
            near[x] = (int) pair;
            far[x] = (int) (pair >>> 24);
        }
    }

    private void gatherLanes() {
        int[] first = axis.first;
        int[] second = axis.second;
        int[] row = lanes;
        int[] near = left;
        int[] far = right;
        for (int x = 0; x < near.length; x++) {
            near[x] = row[first[x]];
            far[x] = row[second[x]];
        }
    }

    /** One colour. Both weights are 2048 together, so that one multiplication does: a + (b - a) x far. */
    private void scale(int shift, int[] out) {
        int[] near = left;
        int[] far = right;
        int[] weight = axis.far;
        for (int x = 0; x < out.length; x++) {
            int a = (near[x] >>> shift) & 0xFF;
            int b = (far[x] >>> shift) & 0xFF;
            out[x] = ((a << 11) + (b - a) * weight[x]) >> 4;
        }
    }
}
