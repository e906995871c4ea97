package io.penstock.serving.oip;

import java.math.BigInteger;

/**
 * Powers of ten as 128-bit significands, cut off and not rounded, as Eisel and Lemire's algorithm wants them (D.
 * Lemire, "Number parsing at a gigabyte per second", 2021).
 */
final class PowersOfTen {
    /** Beyond this exponent, in either direction, numbers take the slow way. */
    static final int LIMIT = 64;

    private static final long[] HIGH = new long[2 * LIMIT + 1];
    private static final long[] LOW = new long[2 * LIMIT + 1];

    static {
        for (int exponent = -LIMIT; exponent <= LIMIT; exponent++) {
            BigInteger power = BigInteger.TEN.pow(Math.abs(exponent));
            BigInteger value =
                    exponent >= 0 ? power : BigInteger.ONE.shiftLeft(512).divide(power);
            BigInteger significand = value.shiftLeft(128).shiftRight(value.bitLength());
            HIGH[exponent + LIMIT] = significand.shiftRight(64).longValue();
            LOW[exponent + LIMIT] = significand.longValue();
        }
    }

    private PowersOfTen() {}

    /**
     * The double nearest to {@code digits * 10^exponent}, or NaN where this method cannot tell.
     *
     * @param digits unsigned, not 0
     * @param exponent -64..64
     */
    static double nearest(long digits, int exponent) {
        int leadingZeros = Long.numberOfLeadingZeros(digits);
        long normalized = digits << leadingZeros;
        long binaryExponent = ((217706L * exponent) >> 16) + 64 + 1023 - leadingZeros;
        long high = Math.unsignedMultiplyHigh(normalized, HIGH[exponent + LIMIT]);
        long low = normalized * HIGH[exponent + LIMIT];
        if ((high & 0x1FF) == 0x1FF && Long.compareUnsigned(low + normalized, normalized) < 0) {
            long secondHigh = Math.unsignedMultiplyHigh(normalized, LOW[exponent + LIMIT]);
            long secondLow = normalized * LOW[exponent + LIMIT];
            long mergedLow = low + secondHigh;
            long mergedHigh = Long.compareUnsigned(mergedLow, low) < 0 ? high + 1 : high;
            if ((mergedHigh & 0x1FF) == 0x1FF
                    && mergedLow == -1
                    && Long.compareUnsigned(secondLow + normalized, normalized) < 0) {
                return Double.NaN;
            }
            high = mergedHigh;
            low = mergedLow;
        }
        int top = (int) (high >>> 63);
        long mantissa = high >>> (top + 9);
        binaryExponent -= 1 ^ top;
        if (low == 0 && (high & 0x1FF) == 0 && (mantissa & 3) == 1) {
            return Double.NaN;
        }
        mantissa = (mantissa + (mantissa & 1)) >>> 1;
        if (mantissa >>> 53 > 0) {
            mantissa >>>= 1;
            binaryExponent++;
        }
        if (binaryExponent < 1 || binaryExponent >= 0x7FF) {
            return Double.NaN;
        }
        return Double.longBitsToDouble((binaryExponent << 52) | (mantissa & ((1L << 52) - 1)));
    }
}
