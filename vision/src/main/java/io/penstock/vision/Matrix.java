package io.penstock.vision;

import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** One picture's output of rank 2, or of rank 3 with a batch of 1, read as floats. */
final class Matrix {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment data;
    private final boolean half;
    private final int rows;
    private final int columns;

    private Matrix(MemorySegment data, boolean half, int rows, int columns) {
        this.data = data;
        this.half = half;
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
                tensor.type() == DataType.FP16,
                Math.toIntExact(shape.dimension(rank - 2)),
                Math.toIntExact(shape.dimension(rank - 1)));
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    float at(int row, int column) {
        long index = (long) row * columns + column;
        return half ? Float.float16ToFloat(data.get(SHORT, 2 * index)) : data.get(FLOAT, 4 * index);
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
