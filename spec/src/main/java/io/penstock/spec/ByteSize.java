package io.penstock.spec;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes as documents and flags write it: {@code 512}, {@code 64Mi}, {@code 1.5Gi}, {@code 10G}. */
public record ByteSize(long bytes) {
    private static final String ALLOWED = "must be a size such as 512, 512Ki, 64Mi, 1Gi or 10G";
    static final String PATTERN = "([0-9]{1,18}(?:\\.[0-9]{1,9})?)(|Ki|Mi|Gi|Ti|k|M|G|T)";
    private static final Pattern SIZE = Pattern.compile(PATTERN);
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L,
            "Ki", 1L << 10,
            "Mi", 1L << 20,
            "Gi", 1L << 30,
            "Ti", 1L << 40,
            "k", 1_000L,
            "M", 1_000_000L,
            "G", 1_000_000_000L,
            "T", 1_000_000_000_000L);

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size must not be negative: " + bytes);
        }
    }

    /** @throws IllegalArgumentException saying what is allowed */
    public static ByteSize parse(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(ALLOWED);
        }
        try {
            return new ByteSize(Decimals.times(matcher.group(1), UNITS.getOrDefault(matcher.group(2), 1L)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("must be less than 8388608Ti", e);
        }
    }

    /** In the largest binary unit that divides it: {@code 64Mi}, {@code 1Gi}, {@code 1000}. */
    @Override
    public String toString() {
        int power = bytes == 0 ? 0 : Math.min(4, Long.numberOfTrailingZeros(bytes) / 10);
        return (bytes >> (10 * power)) + (power == 0 ? "" : "KMGT".charAt(power - 1) + "i");
    }
}
