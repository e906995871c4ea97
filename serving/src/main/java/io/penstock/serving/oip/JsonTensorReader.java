package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import java.lang.foreign.MemorySegment;

/** Reads one input's {@code data}, nested as its shape or flat, straight into memory. Nothing is allocated per element. */
final class JsonTensorReader {
    private final JsonCursor json;
    private final TensorSignature input;
    private final MemorySegment target;
    private final long elementCount;
    private final boolean untyped;
    private long elements;
    private long offset;

    /** @param target large enough for {@link #bytesNeeded} */
    JsonTensorReader(JsonCursor json, TensorSignature input, MemorySegment target) {
        this(json, input, target, false);
    }

    /** As V1 has values: a single one stands without brackets, and bytes may be {@code {"b64": "…"}}. */
    static JsonTensorReader untyped(JsonCursor json, TensorSignature input, MemorySegment target) {
        return new JsonTensorReader(json, input, target, true);
    }

    private JsonTensorReader(JsonCursor json, TensorSignature input, MemorySegment target, boolean untyped) {
        this.untyped = untyped;
        this.json = json;
        this.input = input;
        this.target = target;
        this.elementCount = input.shape().elementCount();
    }

    /**
     * How much memory the elements take at most.
     *
     * @param jsonBytes length of the JSON array
     * @throws ServingException if so few bytes cannot spell so many elements: nothing is set aside for a mere claim
     */
    static long bytesNeeded(TensorSignature input, long jsonBytes) {
        long count = input.shape().elementCount();
        // Each element takes at least one byte and a comma.
        if (count > jsonBytes / 2 + 1) {
            throw Refusal.invalid("input '" + input.name() + "' has fewer than the " + count + " elements of its shape "
                    + input.shape());
        }
        return input.type() == DataType.BYTES
                ? 4 * count + jsonBytes
                : count * input.type().byteSize();
    }

    /** Reads the array that stands at the cursor; how many bytes were written. */
    long read() {
        if (untyped && input.shape().rank() == 0) {
            readElement();
            return offset;
        }
        if (json.peek() != '[') {
            throw json.unexpected("the array 'data' of input '" + input.name() + "'");
        }
        long start = json.position();
        json.expect('[');
        boolean nested = json.peek() == '[';
        json.moveTo(start);
        if (nested) {
            readNested(0);
        } else {
            readFlat();
        }
        return offset;
    }

    private void readFlat() {
        boolean another = json.open('[');
        while (another) {
            readElement();
            another = json.more('[');
        }
        if (elements != elementCount) {
            throw Refusal.invalid("input '" + input.name() + "' has " + elements + " elements, but its shape "
                    + input.shape() + " has " + elementCount);
        }
    }

    private void readNested(int level) {
        int last = input.shape().rank() - 1;
        if (level > last) {
            throw nestedTooDeep();
        }
        long length = 0;
        boolean another = json.open('[');
        while (another) {
            if (level == last) {
                readElement();
            } else {
                readNested(level + 1);
            }
            length++;
            another = json.more('[');
        }
        if (length != input.shape().dimension(level)) {
            throw Refusal.invalid("'data' of input '" + input.name() + "' has " + length + " entries at level " + level
                    + ", but its shape is " + input.shape());
        }
    }

    private void readElement() {
        if (elements == elementCount) {
            throw Refusal.invalid("input '" + input.name() + "' has more than the " + elementCount
                    + " elements of its shape " + input.shape());
        }
        switch (input.type()) {
            case BOOL -> target.set(JAVA_BYTE, offset, (byte) (readBool() ? 1 : 0));
            case INT8 -> target.set(JAVA_BYTE, offset, (byte) integer(Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> target.set(JAVA_BYTE, offset, (byte) integer(0, 0xFF));
            case INT16 -> target.set(JAVA_SHORT_UNALIGNED, offset, (short) integer(Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> target.set(JAVA_SHORT_UNALIGNED, offset, (short) integer(0, 0xFFFF));
            case INT32 -> target.set(JAVA_INT_UNALIGNED, offset, (int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> target.set(JAVA_INT_UNALIGNED, offset, (int) integer(0, 0xFFFF_FFFFL));
            case INT64 -> target.set(JAVA_LONG_UNALIGNED, offset, integer(Long.MIN_VALUE, Long.MAX_VALUE));
            case UINT64 -> target.set(JAVA_LONG_UNALIGNED, offset, unsignedLong());
            case FP16 -> target.set(JAVA_SHORT_UNALIGNED, offset, half());
            case FP32 -> target.set(JAVA_FLOAT_UNALIGNED, offset, single());
            case FP64 -> target.set(JAVA_DOUBLE_UNALIGNED, offset, twice());
            case BYTES -> bytes();
            case BF16 ->
                throw Refusal.invalid("input '" + input.name()
                        + "' is BF16, which has no JSON form; send it in binary (binary_data_size)");
        }
        offset += input.type().byteSize();
        elements++;
    }

    private boolean readBool() {
        int next = json.peek();
        if (next != 't' && next != 'f') {
            throw wrongElement("true or false");
        }
        return json.bool();
    }

    private JsonNumber number() {
        if (!json.isNumberNext()) {
            throw wrongElement("a number");
        }
        return json.number();
    }

    private long integer(long min, long max) {
        JsonNumber number = number();
        if (!number.isWithin(min, max)) {
            throw notWithin(number);
        }
        return number.toLong();
    }

    private long unsignedLong() {
        JsonNumber number = number();
        if (!number.isInteger() || (number.isNegative() && number.magnitude() != 0)) {
            throw notWithin(number);
        }
        return number.magnitude();
    }

    private float single() {
        JsonNumber number = number();
        float value = number.toFloat();
        if (Float.isInfinite(value)) {
            throw notWithin(number);
        }
        return value;
    }

    private double twice() {
        JsonNumber number = number();
        double value = number.toDouble();
        if (Double.isInfinite(value)) {
            throw notWithin(number);
        }
        return value;
    }

    private short half() {
        JsonNumber number = number();
        short value = number.toHalf();
        if (Float.isInfinite(Float.float16ToFloat(value))) {
            throw notWithin(number);
        }
        return value;
    }

    private void bytes() {
        if (untyped && json.peek() == '{') {
            base64();
            return;
        }
        if (json.peek() != '"') {
            throw wrongElement("a string");
        }
        MemorySegment raw = json.rawString();
        long length = JsonStrings.decode(raw, target, offset + 4);
        if (length < 0 || !JsonStrings.isUtf8(target.asSlice(offset + 4, length))) {
            throw Refusal.invalid("element " + elements + " of input '" + input.name()
                    + "' is not a JSON string in UTF-8; other bytes travel in binary (binary_data_size)");
        }
        target.set(JAVA_INT_UNALIGNED, offset, (int) length);
        offset += 4 + length;
    }

    /** {@code {"b64": "…"}}; what is decoded is shorter than what it is decoded from. */
    private void base64() {
        boolean wrong = !json.open('{') || !json.name().equals("b64") || json.peek() != '"';
        if (wrong) {
            throw wrongElement("a string or an object with b64");
        }
        long length = Base64Bytes.decode(json.rawString(), target, offset + 4);
        if (length < 0) {
            throw Refusal.invalid("element " + elements + " of input '" + input.name() + "' is not base64");
        }
        if (json.more('{')) {
            throw wrongElement("an object with b64 alone");
        }
        target.set(JAVA_INT_UNALIGNED, offset, (int) length);
        offset += 4 + length;
    }

    private ServingException notWithin(JsonNumber number) {
        return Refusal.invalid("element " + elements + " of input '" + input.name() + "' is " + number.shown()
                + ", which is no " + input.type());
    }

    private ServingException wrongElement(String wanted) {
        if (json.peek() == '[') {
            return nestedTooDeep();
        }
        return Refusal.invalid("element " + elements + " of input '" + input.name() + "' is not " + wanted + ", as "
                + input.type() + " wants it");
    }

    private ServingException nestedTooDeep() {
        return Refusal.invalid(
                "'data' of input '" + input.name() + "' is nested deeper than its shape " + input.shape());
    }
}
