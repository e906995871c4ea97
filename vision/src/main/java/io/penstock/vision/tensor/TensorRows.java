package io.penstock.vision.tensor;

import io.penstock.serving.tensor.DataType;
import io.penstock.vision.tensor.TensorFormat.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Writes rows of pixels into tensor memory: normalises, orders the colours, lays them out.
 *
 * <p>Threads: for one thread and one picture; it holds scratch rows, whose bars are filled once.
 */
final class TensorRows {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final TensorFormat format;
    private final Size size;
    private final MemorySegment target;
    private final int from;
    private final float[] factors = new float[3];
    private final float[] biases = new float[3];
    private final int[] bar;
    private final float[] floats;
    private final short[] shorts;
    private final byte[] bytes;
    private final int[] packed;

    /** @param from column of the first pixel of each row; what is left and right of the rows is bars */
    TensorRows(TensorFormat format, Size size, MemorySegment target, int from) {
        this.format = format;
        this.size = size;
        this.target = target;
        this.from = from;
        for (int channel = 0; channel < 3; channel++) {
            factors[channel] = format.factor(format.colourOf(channel));
            biases[channel] = format.bias(format.colourOf(channel));
        }
        int elements = size.width() * (format.layout() == Layout.NHWC ? 3 : 1);
        this.floats = new float[format.type() == DataType.UINT8 ? 0 : elements];
        this.shorts = new short[format.type() == DataType.FP16 ? elements : 0];
        // A pixel is written as 4 bytes, of which the next takes the last.
        this.bytes = new byte[format.type() == DataType.UINT8 ? elements + 1 : 0];
        this.packed = new int[format.type() == DataType.UINT8 && format.layout() == Layout.NHWC ? size.width() : 0];
        this.bar = new int[size.width()];
        Arrays.fill(bar, format.pad());
    }

    /** Fills row {@code y} with a bar. */
    void writeBar(int y) {
        write(y, bar, bar, bar, 0, size.width());
    }

    /** Writes {@code count} pixels into row {@code y} after the left bar, and the bars at both sides. */
    void write(int y, int[] red, int[] green, int[] blue, int count) {
        write(y, red, green, blue, from, count);
    }

    private void write(int y, int[] red, int[] green, int[] blue, int at, int count) {
        int[] last = format.order() == TensorFormat.Order.RGB ? blue : red;
        int[] leading = format.order() == TensorFormat.Order.RGB ? red : blue;
        int width = size.width();
        if (packed.length > 0) {
            putPixels(leading, green, last, at, count);
            flush((long) y * width * 3, width * 3);
            return;
        }
        if (format.layout() == Layout.NHWC) {
            put(leading, 0, 3, at, count);
            put(green, 1, 3, at, count);
            put(last, 2, 3, at, count);
            flush((long) y * width * 3, width * 3);
            return;
        }
        long plane = (long) width * size.height();
        put(leading, 0, 1, at, count);
        flush((long) y * width, width);
        put(green, 1, 1, at, count);
        flush(plane + (long) y * width, width);
        put(last, 2, 1, at, count);
        flush(2 * plane + (long) y * width, width);
    }

    /** All three channels of bytes beside each other. */
    private void putPixels(int[] leading, int[] green, int[] last, int at, int count) {
        int[] pixels = packed;
        byte[] row = bytes;
        for (int x = 0; x < count; x++) {
            pixels[x] = leading[x] | (green[x] << 8) | (last[x] << 16);
        }
        for (int x = 0; x < count; x++) {
            PackedRows.INT.set(row, 3 * (at + x), pixels[x]);
        }
        Arrays.fill(row, 0, 3 * at, (byte) format.pad());
        Arrays.fill(row, 3 * (at + count), 3 * size.width(), (byte) format.pad());
    }

    /** One channel into the scratch row. */
    private void put(int[] pixels, int channel, int step, int at, int count) {
        int offset = step == 1 ? 0 : channel;
        boolean whole = format.type() == DataType.UINT8;
        if (at > 0 || count < size.width()) {
            for (int x = 0; x < at; x++) {
                putBar(channel, x * step + offset, whole);
            }
            for (int x = at + count; x < size.width(); x++) {
                putBar(channel, x * step + offset, whole);
            }
        }
        int start = at * step + offset;
        if (whole) {
            putBytes(pixels, bytes, start, count);
        } else {
            putFloats(pixels, channel, start, step, count);
        }
    }

    private void putBar(int channel, int index, boolean whole) {
        if (whole) {
            bytes[index] = (byte) format.pad();
        } else {
            floats[index] = format.pad() * factors[channel] + biases[channel];
        }
    }

    private static void putBytes(int[] pixels, byte[] row, int start, int count) {
        for (int x = 0; x < count; x++) {
            row[start + x] = (byte) pixels[x];
        }
    }

    private void putFloats(int[] pixels, int channel, int start, int step, int count) {
        float[] row = floats;
        float factor = factors[channel];
        float bias = biases[channel];
        if (step == 1) {
            for (int x = 0; x < count; x++) {
                row[start + x] = pixels[x] * factor + bias;
            }
        } else {
            for (int x = 0; x < count; x++) {
                row[start + 3 * x] = pixels[x] * factor + bias;
            }
        }
    }

    private void flush(long element, int count) {
        switch (format.type()) {
            case UINT8 -> MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, element, count);
            case FP16 -> {
                for (int i = 0; i < count; i++) {
                    shorts[i] = Float.floatToFloat16(floats[i]);
                }
                MemorySegment.copy(shorts, 0, target, SHORT, 2 * element, count);
            }
            default -> MemorySegment.copy(floats, 0, target, FLOAT, 4 * element, count);
        }
    }
}
