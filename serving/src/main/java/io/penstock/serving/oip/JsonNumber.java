package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Reads one JSON number after another, exactly and without allocating: sign, digits and a power of ten, then the
 * nearest value of the wanted type. Only numbers of more than 19 digits, or nearly halfway between two doubles, go
 * through a string.
 *
 * <p>Not for several threads.
 */
final class JsonNumber {
    private static final long UNSIGNED_LIMIT = 1844674407370955161L;
    private static final long EXACT_DIGITS = 1L << 53;
    private static final double[] EXACT_POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private final MemorySegment text;
    private final long end;
    private long start;
    private long position;
    private boolean negative;
    private boolean integral;
    private boolean truncated;
    private long digits;
    private int exponent;

    JsonNumber(MemorySegment text) {
        this.text = text;
        this.end = text.byteSize();
    }

    /** Reads the number at {@code from}; the position after it, or -1 if there is none. */
    long read(long from) {
        start = from;
        position = from;
        digits = 0;
        exponent = 0;
        truncated = false;
        integral = true;
        negative = at() == '-';
        if (negative) {
            position++;
        }
        int first = at();
        if (first == '0') {
            position++;
        } else if (first < '1' || first > '9') {
            return -1;
        } else {
            readDigits(0);
        }
        int next = at();
        if (next == '.') {
            integral = false;
            position++;
            if (readDigits(-1) == 0) {
                return -1;
            }
            next = at();
        }
        if (next == 'e' || next == 'E') {
            integral = false;
            return readExponent() ? position : -1;
        }
        return position;
    }

    private int at() {
        return position < end ? text.get(JAVA_BYTE, position) : -1;
    }

    /** @param step what each digit that is taken adds to the exponent: -1 after the point */
    private long readDigits(int step) {
        MemorySegment source = text;
        long from = position;
        long at = from;
        long taken = digits;
        int scale = exponent;
        while (at < end) {
            int digit = source.get(JAVA_BYTE, at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            at++;
            if (!truncated && fits(taken, digit)) {
                taken = taken * 10 + digit;
                scale += step;
            } else {
                truncated = true;
                scale += step + 1;
            }
        }
        position = at;
        digits = taken;
        exponent = scale;
        return at - from;
    }

    private static boolean fits(long digits, int digit) {
        return (digits >= 0 && digits < UNSIGNED_LIMIT) || (digits == UNSIGNED_LIMIT && digit <= 5);
    }

    private boolean readExponent() {
        position++;
        int sign = at();
        if (sign == '+' || sign == '-') {
            position++;
        }
        long from = position;
        int value = 0;
        while (position < end) {
            int digit = text.get(JAVA_BYTE, position) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            position++;
            value = Math.min(value * 10 + digit, 100_000);
        }
        exponent += sign == '-' ? -value : value;
        return position > from;
    }

    /** Whether it was written without point and exponent, and lies in 0..2^64-1 or its negative. */
    boolean isInteger() {
        return integral && !truncated;
    }

    boolean isNegative() {
        return negative;
    }

    /** The digits without their sign, unsigned. */
    long magnitude() {
        return digits;
    }

    /** Whether it is an integer within {@code min..max}. */
    boolean isWithin(long min, long max) {
        if (!isInteger()) {
            return false;
        }
        if (negative) {
            return digits == Long.MIN_VALUE ? min == Long.MIN_VALUE : digits >= 0 && -digits >= min;
        }
        return digits >= 0 && digits <= max;
    }

    long toLong() {
        return negative ? -digits : digits;
    }

    /** The nearest double; infinite if it is out of range. */
    double toDouble() {
        double magnitude = magnitudeAsDouble();
        return negative ? -magnitude : magnitude;
    }

    private double magnitudeAsDouble() {
        if (digits == 0 && !truncated) {
            return 0.0;
        }
        if (!truncated) {
            if (digits > 0 && digits <= EXACT_DIGITS && exponent >= -22 && exponent <= 22) {
                return exponent < 0 ? digits / EXACT_POWERS[-exponent] : digits * EXACT_POWERS[exponent];
            }
            if (exponent >= -PowersOfTen.LIMIT && exponent <= PowersOfTen.LIMIT) {
                double nearest = PowersOfTen.nearest(digits, exponent);
                if (!Double.isNaN(nearest)) {
                    return nearest;
                }
            }
        }
        return Math.abs(Double.parseDouble(string()));
    }

    /** The nearest float; infinite if it is out of range. */
    float toFloat() {
        double value = toDouble();
        float narrowed = (float) value;
        if (narrowed == value) {
            // Exact, or the double itself was rounded onto a float: its own rounding was the right one.
            return narrowed;
        }
        boolean halfway = (Double.doubleToRawLongBits(value) & 0x1FFFFFFFL) == 0x10000000L;
        if (halfway || Math.abs(narrowed) <= Float.MIN_NORMAL || Float.isInfinite(narrowed)) {
            return Float.parseFloat(string());
        }
        return narrowed;
    }

    /** Bits of the nearest half-precision float; infinite if it is out of range. */
    short toHalf() {
        double value = toDouble();
        float narrowed = (float) value;
        if (narrowed == value || Float.isInfinite(narrowed)) {
            return Float.floatToFloat16(narrowed);
        }
        // Rounding twice would err near a midpoint, so the first step only remembers that something was cut off.
        int bits = Float.floatToRawIntBits(narrowed);
        int towardsZero = Math.abs((double) narrowed) > Math.abs(value) ? bits - 1 : bits;
        return Float.floatToFloat16(Float.intBitsToFloat(towardsZero | 1));
    }

    private String string() {
        byte[] bytes = text.asSlice(start, position - start).toArray(JAVA_BYTE);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** As it was written, cut short for a message. */
    String shown() {
        return Refusal.shown(string());
    }
}
