package io.penstock.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a model that nobody asks stays in memory.
 *
 * @param time empty for {@code always}; zero for {@code never}
 */
public record KeepAliveTime(Optional<Duration> time) {
    public static final KeepAliveTime ALWAYS = new KeepAliveTime(Optional.empty());

    /** Reads {@code 5m}, {@code never} or {@code always}. */
    public static KeepAliveTime parse(String text) {
        return switch (text) {
            case "always" -> ALWAYS;
            case "never" -> new KeepAliveTime(Optional.of(Duration.ZERO));
            default -> new KeepAliveTime(Optional.of(Durations.parse(text)));
        };
    }

    public boolean isAlways() {
        return time.isEmpty();
    }
}
