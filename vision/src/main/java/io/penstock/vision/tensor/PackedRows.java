package io.penstock.vision.tensor;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads a picture of any format row by row as packed pixels, {@code red | green << 8 | blue << 16}. Chroma that is
 * sampled more coarsely is repeated.
 *
 * <p>C2 vectorises loops over ints but none that widen bytes. So planes are read as ints of four samples, and the
 * loops take each quarter of the lanes in turn: pixel x comes to lie at {@link #index}. Who needs the picture's order
 * asks for {@link #read}; the resize, which gathers anyway, does not.
 *
 * <p>Threads: for one thread; it holds its scratch rows.
 */
public final class PackedRows {
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Picture picture;
    private final ColourMatrix matrix;
    private final int quarter;
    private final byte[] bytes;
    private final int[] luma;
    private final int[] cb;
    private final int[] cr;
    private final long[] doubled;
    private final int[] lanes;
    private final int[] oneLane;

    public PackedRows(Picture picture) {
        this.picture = picture;
        this.matrix = ColourMatrix.of(picture.colourSpace());
        PixelFormat format = picture.format();
        int width = picture.width();
        boolean rgb = format == PixelFormat.RGB24;
        this.quarter = width / 4 + 1;
        this.bytes = new byte[rgb ? bytesForRgb(width) : 0];
        this.luma = new int[rgb ? 0 : quarter];
        // Doubling writes 8 samples at a time.
        this.cb = new int[format.isYuv() ? quarter + 1 : 0];
        this.cr = new int[format.isYuv() ? quarter + 1 : 0];
        this.doubled = new long[isHalved() ? width / 8 + 1 : 0];
        this.lanes = new int[rgb ? 0 : 4 * quarter];
        this.oneLane = new int[rgb ? 0 : quarter];
    }

    /** Room for a row of RGB24, with slack so that 8 bytes can be read at its last pixel. */
    static int bytesForRgb(int width) {
        return 3 * width + 5;
    }

    /** Where {@link #readLanes} puts pixel {@code x} of a row {@code width} wide; {@code x} may be the width itself. */
    static int index(int x, int width) {
        return (x & 3) * (width / 4 + 1) + (x >> 2);
    }

    /** How long a row of {@link #readLanes} is. */
    static int lanesFor(int width) {
        return 4 * (width / 4 + 1);
    }

    /** Row {@code y} of an RGB24 picture as it is. */
    void readRgb(int y, byte[] row) {
        readPlane(0, y, 3 * picture.width(), MemorySegment.ofArray(row));
    }

    /** Row {@code y} as packed pixels from left to right, into the first {@code width} elements. */
    public void read(int y, int[] packed) {
        int width = picture.width();
        if (picture.format() == PixelFormat.RGB24) {
            readRgb(y, bytes);
            for (int x = 0; x < width; x++) {
                packed[x] = (int) INT.get(bytes, 3 * x) & 0xFFFFFF;
            }
            return;
        }
        readLanes(y, lanes);
        for (int x = 0; x < width; x++) {
            packed[x] = lanes[(x & 3) * quarter + (x >> 2)];
        }
    }

    /** Row {@code y} of a gray or YUV picture as packed pixels in the order of {@link #index}. */
    void readLanes(int y, int[] out) {
        PixelFormat format = picture.format();
        readPlane(0, y, picture.width(), MemorySegment.ofArray(luma));
        if (format.isYuv()) {
            int chromaRow = format.planeHeight(1, 2) == 1 ? y / 2 : y;
            readChroma(1, chromaRow, cb);
            readChroma(2, chromaRow, cr);
        }
        for (int lane = 0; lane < 4; lane++) {
            if (format.isYuv()) {
                matrix.convert(luma, cb, cr, 8 * lane, oneLane);
            } else {
                gray(luma, 8 * lane, oneLane);
            }
            System.arraycopy(oneLane, 0, out, lane * quarter, quarter);
        }
    }

    private static void gray(int[] luma, int shift, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = ((luma[i] >>> shift) & 0xFF) * 0x010101;
        }
    }

    private void readChroma(int plane, int row, int[] out) {
        int samples = picture.format().planeWidth(plane, picture.width());
        readPlane(plane, row, samples, MemorySegment.ofArray(out));
        if (!isHalved()) {
            return;
        }
        long[] pairs = doubled;
        for (int i = 0; i < pairs.length; i++) {
            long four = out[i] & 0xFFFFFFFFL;
            long spread = (four | four << 16) & 0x0000FFFF0000FFFFL;
            spread = (spread | spread << 8) & 0x00FF00FF00FF00FFL;
            pairs[i] = spread | spread << 8;
        }
        MemorySegment whole = MemorySegment.ofArray(out);
        MemorySegment.copy(MemorySegment.ofArray(pairs), 0, whole, 0, Math.min(whole.byteSize(), 8L * pairs.length));
    }

    private void readPlane(int plane, int row, int count, MemorySegment out) {
        Picture.Plane source = picture.plane(plane);
        MemorySegment.copy(source.data(), (long) row * source.stride(), out, 0, count);
    }

    private boolean isHalved() {
        return picture.format().isYuv() && picture.format().planeWidth(1, 2) == 1;
    }
}
