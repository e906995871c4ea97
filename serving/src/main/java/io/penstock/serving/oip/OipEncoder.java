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

/** Writes one output tensor's elements as a flat JSON array. */
final class OipEncoder {
    private final JsonOut out;

    OipEncoder(JsonOut out) {
        this.out = out;
    }

    void data(String name, Tensor tensor) {
        out.raw('[');
        if (tensor.type() == DataType.BYTES) {
            strings(name, tensor.data());
        } else {
            long count = tensor.shape().elementCount();
            long step = tensor.type().byteSize();
            for (long i = 0; i < count; i++) {
                if (i > 0) {
                    out.raw(',');
                }
                element(name, tensor, i * step);
            }
        }
        out.raw(']');
    }

    void element(String name, Tensor tensor, long at) {
        MemorySegment data = tensor.data();
        switch (tensor.type()) {
            case BOOL -> out.raw(data.get(JAVA_BYTE, at) != 0 ? "true" : "false");
            case UINT8 -> out.number(data.get(JAVA_BYTE, at) & 0xFF);
            case UINT16 -> out.number(data.get(JAVA_SHORT_UNALIGNED, at) & 0xFFFF);
            case UINT32 -> out.number(Integer.toUnsignedLong(data.get(JAVA_INT_UNALIGNED, at)));
            case UINT64 -> unsigned(data.get(JAVA_LONG_UNALIGNED, at));
            case INT8 -> out.number(data.get(JAVA_BYTE, at));
            case INT16 -> out.number(data.get(JAVA_SHORT_UNALIGNED, at));
            case INT32 -> out.number(data.get(JAVA_INT_UNALIGNED, at));
            case INT64 -> out.number(data.get(JAVA_LONG_UNALIGNED, at));
            case FP16 -> single(name, Float.float16ToFloat(data.get(JAVA_SHORT_UNALIGNED, at)));
            case FP32 -> single(name, data.get(JAVA_FLOAT_UNALIGNED, at));
            case FP64 -> twice(name, data.get(JAVA_DOUBLE_UNALIGNED, at));
            case BF16 ->
                throw Refusal.invalid("output '" + name + "' is BF16, which has no JSON form; ask for it in"
                        + " binary (binary_data)");
            case BYTES -> throw new IllegalStateException("BYTES has no elements of one size");
        }
    }

    private void unsigned(long value) {
        if (value >= 0) {
            out.number(value);
        } else {
            out.raw(Long.toUnsignedString(value));
        }
    }

    private void single(String name, float value) {
        if (!Float.isFinite(value)) {
            throw notFinite(name);
        }
        out.number(value);
    }

    private void twice(String name, double value) {
        if (!Double.isFinite(value)) {
            throw notFinite(name);
        }
        out.number(value);
    }

    private static RuntimeException notFinite(String name) {
        return Refusal.invalid("output '" + name
                + "' holds NaN or infinity, which JSON cannot say; ask for it in binary (binary_data)");
    }

    private void strings(String name, MemorySegment data) {
        long at = 0;
        while (at < data.byteSize()) {
            long length = Integer.toUnsignedLong(data.get(JAVA_INT_UNALIGNED, at));
            MemorySegment bytes = data.asSlice(at + 4, length);
            if (!JsonStrings.isUtf8(bytes)) {
                throw Refusal.invalid(
                        "output '" + name
                                + "' holds bytes that are not UTF-8, which JSON cannot say; ask for it in binary (binary_data)");
            }
            if (at > 0) {
                out.raw(',');
            }
            out.string(bytes);
            at += 4 + length;
        }
    }
}
