package io.penstock.serving.tensor;

import java.util.Optional;

/** Element types, named as in the Open Inference Protocol. */
public enum DataType {
    BOOL(1),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    FP16(2),
    BF16(2),
    FP32(4),
    FP64(8),
    /** Byte strings of any length; in memory each is its length as 4 little-endian bytes, then its bytes. */
    BYTES(0);

    private final int byteSize;

    DataType(int byteSize) {
        this.byteSize = byteSize;
    }

    /** Bytes of one element; 0 for {@link #BYTES}, whose elements have no fixed size. */
    public int byteSize() {
        return byteSize;
    }

    /** The type of this protocol name; the comparison is exact, as the protocol's names are. */
    public static Optional<DataType> find(String name) {
        for (DataType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
