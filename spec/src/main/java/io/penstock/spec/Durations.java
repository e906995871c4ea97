package io.penstock.spec;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as documents and flags write them: {@code 250ms}, {@code 5s}, {@code 1.5m}, {@code 2h}. */
public final class Durations {
    static final String PATTERN = "([0-9]{1,9}(?:\\.[0-9]{1,9})?)(us|ms|s|m|h|d)";
    private static final Pattern DURATION = Pattern.compile(PATTERN);
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
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be a duration such as 250ms, 5s, 2m or 1h");
        }
        try {
            return Duration.ofNanos(Decimals.times(matcher.group(1), NANOS.getOrDefault(matcher.group(2), 1L)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("must be shorter than 292 years", e);
        }
    }
}
