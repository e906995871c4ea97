package io.penstock.vision.detect;

import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** One picture's output read as rows and columns of floats, whatever its type. */
final class Matrix {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment data;
    private final DataType type;
    private final boolean half;
    private final int rows;
    private final int columns;

    private Matrix(MemorySegment data, DataType type, int rows, int columns) {
        this.data = data;
        this.type = type;
        this.half = type == DataType.FP16;
        this.rows = rows;
        this.columns = columns;
    }

    /** @throws IllegalArgumentException if the tensor is not a matrix of FP32 or FP16 */
    static Matrix of(Tensor tensor) {
        Shape shape = tensor.shape();
        int rank = shape.rank();
        boolean one = rank == 2 || (rank == 3 && shape.dimension(0) == 1);
        if (!one || (tensor.type() != DataType.FP32 && tensor.type() != DataType.FP16)) {
            throw new IllegalArgumentException(
                    "a detector's output is FP32 or FP16 of one picture, not " + tensor.type() + shape);
        }
        return new Matrix(
                tensor.data(),
                tensor.type(),
                Math.toIntExact(shape.dimension(rank - 2)),
                Math.toIntExact(shape.dimension(rank - 1)));
    }

    /**
     * An output of any rank, whose elements are taken as rows of {@code columns}.
     *
     * @throws IllegalArgumentException if they do not come out even, or the type is not FP32, FP16, INT64 or INT32
     */
    static Matrix ofColumns(Tensor tensor, int columns) {
        long count = tensor.shape().elementCount();
        boolean known = switch (tensor.type()) {
            case FP32, FP16, INT64, INT32 -> true;
            default -> false;
        };
        if (!known || columns < 1 || count % columns != 0) {
            throw new IllegalArgumentException(
                    "an output " + tensor.type() + tensor.shape() + " cannot be read as rows of " + columns);
        }
        return new Matrix(tensor.data(), tensor.type(), Math.toIntExact(count / columns), columns);
    }

    /** An output of any rank as one row. */
    static Matrix ofRow(Tensor tensor) {
        return ofColumns(tensor, Math.max(1, Math.toIntExact(tensor.shape().elementCount())));
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    float at(int row, int column) {
        long index = (long) row * columns + column;
        if (type == DataType.FP32) {
            return data.get(FLOAT, 4 * index);
        }
        return half ? Float.float16ToFloat(data.get(SHORT, 2 * index)) : whole(index);
    }

    private long whole(long index) {
        return type == DataType.INT64 ? data.get(LONG, 8 * index) : data.get(INT, 4 * index);
    }

    /** A row's values. */
    void read(int row, float[] out) {
        long start = (long) row * columns;
        if (half) {
            for (int i = 0; i < columns; i++) {
                out[i] = Float.float16ToFloat(data.get(SHORT, 2 * (start + i)));
            }
        } else {
            MemorySegment.copy(data, FLOAT, 4 * start, out, 0, columns);
        }
    }

    /** The bits of a row's values as FP32; of those that are not negative they sort as the values do. */
    void readBits(int row, int[] out) {
        long start = (long) row * columns;
        if (half) {
            for (int i = 0; i < columns; i++) {
                out[i] = Float.floatToRawIntBits(Float.float16ToFloat(data.get(SHORT, 2 * (start + i))));
            }
        } else {
            MemorySegment.copy(data, INT, 4 * start, out, 0, columns);
        }
    }
}
