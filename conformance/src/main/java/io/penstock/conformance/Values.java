package io.penstock.conformance;

import com.google.protobuf.ByteString;
import io.penstock.protocol.oip.InferTensorContents;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor: its elements in row-major order, as {@link Boolean}, {@link BigInteger}, {@link Double} or
 * {@link ByteString}, and each form in which they travel.
 */
record Values(Datatype type, List<Long> shape, List<Object> elements) {
    Values {
        shape = List.copyOf(shape);
        elements = List.copyOf(elements);
    }

    /** As many elements as the shape has, taken from these over and over. */
    static Values repeating(Datatype type, List<Long> shape, List<Object> samples) {
        long count = count(shape);
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(samples.get(i % samples.size()));
        }
        return new Values(type, shape, elements);
    }

    static long count(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Little-endian, without padding; each of {@code BYTES} behind its length in four bytes. */
    byte[] raw() {
        int size = 0;
        for (Object element : elements) {
            size += element instanceof ByteString bytes ? 4 + bytes.size() : type.bytes();
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (Object element : elements) {
            switch (element) {
                case Boolean truth -> out.put((byte) (truth ? 1 : 0));
                case ByteString bytes -> out.putInt(bytes.size()).put(bytes.asReadOnlyByteBuffer());
                case BigInteger integer -> putInteger(out, integer);
                case Double real -> putReal(out, real);
                default -> throw new IllegalStateException("no element: " + element);
            }
        }
        return out.array();
    }

    private void putInteger(ByteBuffer out, BigInteger value) {
        for (int i = 0; i < type.bytes(); i++) {
            out.put(value.shiftRight(8 * i).byteValue());
        }
    }

    private void putReal(ByteBuffer out, double value) {
        switch (type) {
            case FP64 -> out.putDouble(value);
            case FP32 -> out.putFloat((float) value);
            case FP16 -> out.putShort(Float.floatToFloat16((float) value));
            default -> out.putShort((short) (Float.floatToIntBits((float) value) >>> 16));
        }
    }

    /** @throws Mismatch if the bytes are not what the shape needs */
    static Values fromRaw(Datatype type, List<Long> shape, byte[] raw) {
        ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        long count = count(shape);
        List<Object> elements = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            int needed = type == Datatype.BYTES ? 4 : type.bytes();
            if (in.remaining() < needed) {
                throw new Mismatch(
                        "a " + type + " tensor of shape " + shape + " came with only " + raw.length + " bytes");
            }
            elements.add(element(type, in));
        }
        Mismatch.unless(
                !in.hasRemaining(), in.remaining() + " bytes too many in a " + type + " tensor of shape " + shape);
        return new Values(type, shape, elements);
    }

    private static Object element(Datatype type, ByteBuffer in) {
        return switch (type) {
            case BOOL -> in.get() != 0;
            case FP64 -> in.getDouble();
            case FP32 -> (double) in.getFloat();
            case FP16 -> (double) Float.float16ToFloat(in.getShort());
            case BF16 -> (double) Float.intBitsToFloat(in.getShort() << 16);
            case BYTES -> {
                int length = in.getInt();
                Mismatch.unless(
                        length >= 0 && length <= in.remaining(), "a BYTES element that reaches past its tensor's end");
                byte[] bytes = new byte[length];
                in.get(bytes);
                yield ByteString.copyFrom(bytes);
            }
            default -> integer(type, in);
        };
    }

    private static BigInteger integer(Datatype type, ByteBuffer in) {
        byte[] bigEndian = new byte[type.bytes()];
        for (int i = bigEndian.length - 1; i >= 0; i--) {
            bigEndian[i] = in.get();
        }
        return type.isSigned() ? new BigInteger(bigEndian) : new BigInteger(1, bigEndian);
    }

    /** Row-major, in one list. */
    List<Object> flatJson() {
        return elements.stream().map(this::jsonElement).toList();
    }

    /** Nested to the shape. */
    Object nestedJson() {
        return nested(flatJson(), 0);
    }

    private Object nested(List<Object> part, int dimension) {
        if (dimension >= shape.size() - 1) {
            return part;
        }
        int rows = shape.get(dimension).intValue();
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            int width = part.size() / rows;
            list.add(nested(part.subList(i * width, (i + 1) * width), dimension + 1));
        }
        return list;
    }

    private Object jsonElement(Object element) {
        return switch (element) {
            case ByteString bytes -> bytes.toStringUtf8();
            case Double real when type == Datatype.FP32 -> real.floatValue();
            default -> element;
        };
    }

    /** @throws Mismatch if {@code data} holds other elements than the type and shape say */
    static Values fromJson(Datatype type, List<Long> shape, Object data) {
        List<Object> elements = new ArrayList<>();
        flatten(type, data, elements);
        long count = count(shape);
        Mismatch.unless(
                elements.size() == count,
                "a tensor of shape " + shape + " came with " + elements.size() + " elements in its data");
        return new Values(type, shape, elements);
    }

    private static void flatten(Datatype type, Object data, List<Object> elements) {
        if (data instanceof List<?> list) {
            list.forEach(element -> flatten(type, element, elements));
            return;
        }
        elements.add(
                switch (data) {
                    case Boolean truth when type == Datatype.BOOL -> truth;
                    case String text when type == Datatype.BYTES -> ByteString.copyFromUtf8(text);
                    case BigInteger integer when type.isInteger() -> integer;
                    case BigInteger integer when type.name().contains("F") -> integer.doubleValue();
                    case BigDecimal real when type == Datatype.FP32 -> (double) real.floatValue();
                    case BigDecimal real when type.name().contains("F") -> real.doubleValue();
                    default -> throw new Mismatch("a " + type + " tensor holds " + Mismatch.shown(Json.write(data)));
                });
    }

    /** @throws IllegalStateException for types that only travel raw */
    InferTensorContents contents() {
        InferTensorContents.Builder out = InferTensorContents.newBuilder();
        for (Object element : elements) {
            switch (type) {
                case BOOL -> out.addBoolContents((Boolean) element);
                case INT8, INT16, INT32 -> out.addIntContents(((BigInteger) element).intValue());
                case INT64 -> out.addInt64Contents(((BigInteger) element).longValue());
                case UINT8, UINT16, UINT32 -> out.addUintContents(((BigInteger) element).intValue());
                case UINT64 -> out.addUint64Contents(((BigInteger) element).longValue());
                case FP32 -> out.addFp32Contents(((Double) element).floatValue());
                case FP64 -> out.addFp64Contents((Double) element);
                case BYTES -> out.addBytesContents((ByteString) element);
                case FP16, BF16 -> throw new IllegalStateException(type + " only travels raw");
            }
        }
        return out.build();
    }

    /** @throws Mismatch if the field of the type does not hold as many elements as the shape says */
    static Values fromContents(Datatype type, List<Long> shape, InferTensorContents contents) {
        List<Object> elements = new ArrayList<>(
                switch (type) {
                    case BOOL -> contents.getBoolContentsList();
                    case INT8, INT16, INT32 -> integers(contents.getIntContentsList(), 0);
                    case INT64 -> integers(contents.getInt64ContentsList(), 0);
                    case UINT8, UINT16, UINT32 -> integers(contents.getUintContentsList(), 32);
                    case UINT64 -> integers(contents.getUint64ContentsList(), 64);
                    case FP32 ->
                        contents.getFp32ContentsList().stream()
                                .map(Float::doubleValue)
                                .toList();
                    case FP64 -> contents.getFp64ContentsList();
                    case BYTES -> contents.getBytesContentsList();
                    case FP16, BF16 -> throw new Mismatch(type + " came in contents; it only travels raw");
                });
        Mismatch.unless(
                elements.size() == count(shape),
                "a " + type + " tensor of shape " + shape + " came with " + elements.size()
                        + " elements in its contents");
        return new Values(type, shape, elements);
    }

    private static List<BigInteger> integers(List<? extends Number> values, int unsignedBits) {
        return values.stream()
                .map(value -> BigInteger.valueOf(value.longValue()))
                .map(value -> unsignedBits > 0 && value.signum() < 0
                        ? value.add(BigInteger.ONE.shiftLeft(unsignedBits))
                        : value)
                .toList();
    }
}
