package io.penstock.conformance;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The protocol's datatypes: how wide an element is, and elements that tell a sound server from a sloppy one. */
enum Datatype {
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
    BYTES(0);

    private static final BigInteger EXACT_IN_DOUBLES = BigInteger.ONE.shiftLeft(53);

    private final int bytes;

    Datatype(int bytes) {
        this.bytes = bytes;
    }

    static Optional<Datatype> find(String name) {
        return Stream.of(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /** Of one element; 0 where elements differ. */
    int bytes() {
        return bytes;
    }

    boolean isInteger() {
        return name().startsWith("INT") || name().startsWith("UINT");
    }

    boolean isSigned() {
        return name().startsWith("INT");
    }

    /** Whether elements travel as JSON with every server; 16-bit floats have no such form with most. */
    boolean travelsAsJson() {
        return this != FP16 && this != BF16;
    }

    String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }

    BigInteger min() {
        return isSigned() ? BigInteger.ONE.shiftLeft(8 * bytes - 1).negate() : BigInteger.ZERO;
    }

    BigInteger max() {
        return BigInteger.ONE.shiftLeft(isSigned() ? 8 * bytes - 1 : 8 * bytes).subtract(BigInteger.ONE);
    }

    /** Elements with all extremes that JSON carries with every server: integers up to 2^53, texts in UTF-8. */
    List<Object> plainSamples() {
        return switch (this) {
            case BOOL -> List.of(true, false, true);
            case BYTES ->
                List.of(
                        ByteString.EMPTY,
                        ByteString.copyFromUtf8("plain"),
                        ByteString.copyFromUtf8("ü €"),
                        ByteString.copyFromUtf8("\"\\\n"));
            case FP32 -> List.of(0.0, 1.5, -2.25, (double) 0.1f, (double) Float.MAX_VALUE, (double) Float.MIN_NORMAL);
            case FP64 -> List.of(0.0, 1.5, -2.25, 0.1, Double.MAX_VALUE, Double.MIN_NORMAL);
            case FP16, BF16 -> List.of(0.0, 1.5, -2.25);
            default -> integers(min().max(EXACT_IN_DOUBLES.negate()), max().min(EXACT_IN_DOUBLES));
        };
    }

    /** Elements with every extreme, for transports that carry bits: not a number, both infinities. */
    List<Object> exactSamples() {
        List<Object> samples = new ArrayList<>(plainSamples());
        switch (this) {
            case BOOL -> {}
            case BYTES -> samples.add(ByteString.copyFromUtf8("a\u0000b"));
            case FP32 ->
                samples.addAll(List.of(
                        -0.0,
                        (double) Float.MIN_VALUE,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY));
            case FP64 ->
                samples.addAll(List.of(
                        -0.0, Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
            case FP16 -> samples.addAll(List.of(-0.0, 65504.0, 0x1p-24, Double.NaN, Double.POSITIVE_INFINITY));
            case BF16 -> samples.addAll(List.of(-0.0, 0x1.FEp127, 0x1p-126, Double.NaN, Double.POSITIVE_INFINITY));
            default -> samples.addAll(List.of(min(), max()));
        }
        return samples;
    }

    /** An element that no model can object to. */
    Object tame() {
        return switch (this) {
            case BOOL -> true;
            case BYTES -> ByteString.copyFrom("1", StandardCharsets.UTF_8);
            case FP16, BF16, FP32, FP64 -> 0.5;
            default -> BigInteger.ONE;
        };
    }

    private List<Object> integers(BigInteger least, BigInteger most) {
        return isSigned()
                ? List.of(least, BigInteger.valueOf(-1), BigInteger.ZERO, BigInteger.ONE, most)
                : List.of(BigInteger.ZERO, BigInteger.ONE, BigInteger.TWO, most);
    }
}
