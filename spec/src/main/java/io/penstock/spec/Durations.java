package io.penstock.spec;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as documents and flags write them: {@code 250ms}, {@code 5s}, {@code 1.5m}, {@code 2h}. */
public final class Durations {
    static final String PATTERN = "[0-9]{1,9}(\\.[0-9]{1,9})?(us|ms|s|m|h|d)";
    private static final Pattern DURATION = Pattern.compile("([0-9.]+)([a-z]+)");
    private static final Map<String, Long> NANOS = Map.of(
            "us", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L);

    private Durations() {}

    /** @throws IllegalArgumentException saying what is allowed */
    public static Duration parse(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!text.matches(PATTERN) || !matcher.matches()) {
            throw new IllegalArgumentException("must be a duration such as 250ms, 5s, 2m or 1h");
        }
        long unit = NANOS.getOrDefault(matcher.group(2), 1L);
        BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
        if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("must be shorter than 292 years");
        }
        return Duration.ofNanos(nanos.longValue());
    }
}
