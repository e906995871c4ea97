package io.penstock.serving.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A view of an n-dimensional array: row-major, native (little-endian) order, without padding. It owns nothing: its
 * memory is valid as long as a count of the {@link TensorLease} behind it is held.
 *
 * @param data exactly the elements; for {@link DataType#BYTES} each element is a 4-byte length and its bytes
 */
public record Tensor(DataType type, Shape shape, MemorySegment data) {
    public Tensor {
        if (type != DataType.BYTES && data.byteSize() != Math.multiplyExact(shape.elementCount(), type.byteSize())) {
            throw new IllegalArgumentException("a tensor " + type + shape + " has "
                    + shape.elementCount() * type.byteSize() + " bytes, not " + data.byteSize());
        }
    }

    public long byteSize() {
        return data.byteSize();
    }
}
