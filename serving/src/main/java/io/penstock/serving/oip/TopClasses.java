package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Map;

/**
 * The largest elements of one row of a tensor, as Triton's classification extension spells them: {@code value:index} or
 * {@code value:index:label}, largest first. A heap of the wanted size, so a row of n takes n log k; NaN is smaller than
 * any number, and of equal elements the first comes first.
 */
final class TopClasses {
    private final Tensor tensor;
    private final Map<Long, String> labels;
    private final long[] keys;
    private final long[] indexes;
    private int size;

    TopClasses(Tensor tensor, int wanted, Map<Long, String> labels) {
        this.tensor = tensor;
        this.labels = labels;
        this.keys = new long[wanted];
        this.indexes = new long[wanted];
    }

    /** @param from the row's first element, counted over the whole tensor */
    String[] row(long from, long length) {
        size = 0;
        for (long i = 0; i < length; i++) {
            offer(key(from + i), i);
        }
        String[] spelled = new String[size];
        while (size > 0) {
            long index = indexes[0];
            spelled[size - 1] = spell(from + index, index);
            size--;
            keys[0] = keys[size];
            indexes[0] = indexes[size];
            sink();
        }
        return spelled;
    }

    private void offer(long key, long index) {
        if (size < keys.length) {
            int at = size++;
            while (at > 0 && isBelow(key, index, (at - 1) / 2)) {
                keys[at] = keys[(at - 1) / 2];
                indexes[at] = indexes[(at - 1) / 2];
                at = (at - 1) / 2;
            }
            keys[at] = key;
            indexes[at] = index;
        } else if (!isBelow(key, index, 0)) {
            keys[0] = key;
            indexes[0] = index;
            sink();
        }
    }

    private void sink() {
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && isBelow(keys[child + 1], indexes[child + 1], child)) {
                child++;
            }
            if (!isBelow(keys[child], indexes[child], at)) {
                return;
            }
            long key = keys[at];
            long index = indexes[at];
            keys[at] = keys[child];
            indexes[at] = indexes[child];
            keys[child] = key;
            indexes[child] = index;
            at = child;
        }
    }

    /** Whether an element ranks after the one at a place of the heap. */
    private boolean isBelow(long key, long index, int place) {
        return key < keys[place] || (key == keys[place] && index > indexes[place]);
    }

    /** A number that orders as the element does. */
    private long key(long element) {
        MemorySegment data = tensor.data();
        long at = element * tensor.type().byteSize();
        return switch (tensor.type()) {
            case BOOL, UINT8 -> data.get(JAVA_BYTE, at) & 0xFF;
            case INT8 -> data.get(JAVA_BYTE, at);
            case UINT16 -> data.get(JAVA_SHORT_UNALIGNED, at) & 0xFFFF;
            case INT16 -> data.get(JAVA_SHORT_UNALIGNED, at);
            case UINT32 -> Integer.toUnsignedLong(data.get(JAVA_INT_UNALIGNED, at));
            case INT32 -> data.get(JAVA_INT_UNALIGNED, at);
            case UINT64 -> data.get(JAVA_LONG_UNALIGNED, at) ^ Long.MIN_VALUE;
            case INT64 -> data.get(JAVA_LONG_UNALIGNED, at);
            case FP16, BF16, FP32, FP64 -> floatKey(decimal(element));
            case BYTES -> throw notNumbers();
        };
    }

    private static long floatKey(double value) {
        if (Double.isNaN(value)) {
            return Long.MIN_VALUE;
        }
        long bits = Double.doubleToLongBits(value + 0.0);
        return bits >= 0 ? bits : Long.MIN_VALUE - bits;
    }

    private double decimal(long element) {
        MemorySegment data = tensor.data();
        long at = element * tensor.type().byteSize();
        return switch (tensor.type()) {
            case FP16 -> Float.float16ToFloat(data.get(JAVA_SHORT_UNALIGNED, at));
            case BF16 -> Float.intBitsToFloat(data.get(JAVA_SHORT_UNALIGNED, at) << 16);
            case FP32 -> data.get(JAVA_FLOAT_UNALIGNED, at);
            case FP64 -> data.get(JAVA_DOUBLE_UNALIGNED, at);
            case BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BYTES -> throw notNumbers();
        };
    }

    private String spell(long element, long index) {
        DataType type = tensor.type();
        String value = switch (type) {
            case FP16, BF16, FP32, FP64 -> spell(decimal(element));
            case UINT64 -> Long.toUnsignedString(key(element) ^ Long.MIN_VALUE);
            case BOOL, UINT8, UINT16, UINT32, INT8, INT16, INT32, INT64 -> Long.toString(key(element));
            case BYTES -> throw notNumbers();
        };
        String label = labels.get(index);
        return value + ":" + index + (label == null ? "" : ":" + label);
    }

    /** Six places behind the point, as C's {@code %f}. */
    private static String spell(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return String.format(Locale.ROOT, "%f", value);
    }

    private static IllegalStateException notNumbers() {
        return new IllegalStateException("refused before: BYTES has no largest elements");
    }
}
