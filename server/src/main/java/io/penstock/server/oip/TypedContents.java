package io.penstock.server.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import com.google.protobuf.ByteString;
import io.penstock.protocol.oip.InferTensorContents;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;

/** Elements that came as typed protobuf fields, laid out as tensors lie in memory. */
final class TypedContents {
    private final TensorSignature input;
    private final InferTensorContents contents;

    TypedContents(TensorSignature input, InferTensorContents contents) {
        this.input = input;
        this.contents = contents;
    }

    /** @throws ServingException if the field for the input's type holds another number of elements than its shape */
    long byteSize() {
        int given = elements();
        long wanted = input.shape().elementCount();
        if (given != wanted) {
            throw invalid("has " + given + " elements in its contents for " + input.type() + ", but its shape "
                    + input.shape() + " has " + wanted);
        }
        if (contents.getBytesContentsCount() == 0) {
            return wanted * input.type().byteSize();
        }
        long bytes = 0;
        for (ByteString element : contents.getBytesContentsList()) {
            bytes += 4 + element.size();
        }
        return bytes;
    }

    private int elements() {
        return switch (input.type()) {
            case BOOL -> contents.getBoolContentsCount();
            case INT8, INT16, INT32 -> contents.getIntContentsCount();
            case INT64 -> contents.getInt64ContentsCount();
            case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
            case UINT64 -> contents.getUint64ContentsCount();
            case FP32 -> contents.getFp32ContentsCount();
            case FP64 -> contents.getFp64ContentsCount();
            case BYTES -> contents.getBytesContentsCount();
            case FP16, BF16 -> throw invalid("is " + input.type() + ", which only travels in raw_input_contents");
        };
    }

    /** @param target of {@link #byteSize} bytes */
    void write(MemorySegment target) {
        int count = elements();
        int step = input.type().byteSize();
        long at = 0;
        for (int i = 0; i < count; i++) {
            switch (input.type()) {
                case BOOL -> target.set(JAVA_BYTE, at, (byte) (contents.getBoolContents(i) ? 1 : 0));
                case INT8 -> target.set(JAVA_BYTE, at, (byte) integer(i, Byte.MIN_VALUE, Byte.MAX_VALUE));
                case INT16 ->
                    target.set(JAVA_SHORT_UNALIGNED, at, (short) integer(i, Short.MIN_VALUE, Short.MAX_VALUE));
                case INT32 -> target.set(JAVA_INT_UNALIGNED, at, contents.getIntContents(i));
                case UINT8 -> target.set(JAVA_BYTE, at, (byte) unsigned(i, 0xFF));
                case UINT16 -> target.set(JAVA_SHORT_UNALIGNED, at, (short) unsigned(i, 0xFFFF));
                case UINT32 -> target.set(JAVA_INT_UNALIGNED, at, contents.getUintContents(i));
                case INT64 -> target.set(JAVA_LONG_UNALIGNED, at, contents.getInt64Contents(i));
                case UINT64 -> target.set(JAVA_LONG_UNALIGNED, at, contents.getUint64Contents(i));
                case FP32 -> target.set(JAVA_FLOAT_UNALIGNED, at, contents.getFp32Contents(i));
                case FP64 -> target.set(JAVA_DOUBLE_UNALIGNED, at, contents.getFp64Contents(i));
                case BYTES -> {
                    ByteString element = contents.getBytesContents(i);
                    target.set(JAVA_INT_UNALIGNED, at, element.size());
                    element.copyTo(target.asSlice(at + 4, element.size()).asByteBuffer());
                    at += 4 + element.size();
                }
                case FP16, BF16 -> throw new IllegalStateException("refused before");
            }
            at += step;
        }
    }

    private int integer(int index, int min, int max) {
        int value = contents.getIntContents(index);
        if (value < min || value > max) {
            throw notWithin(index, value);
        }
        return value;
    }

    private int unsigned(int index, int max) {
        int value = contents.getUintContents(index);
        if (value < 0 || value > max) {
            throw notWithin(index, Integer.toUnsignedLong(value));
        }
        return value;
    }

    private ServingException notWithin(int index, long value) {
        return invalid("has element " + index + " = " + value + ", which is no " + input.type());
    }

    private ServingException invalid(String what) {
        return new ServingException(ErrorCode.INVALID_REQUEST, "input '" + input.name() + "' " + what);
    }
}
