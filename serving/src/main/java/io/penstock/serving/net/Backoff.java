package io.penstock.serving.net;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: doubled with each failure up to a limit, and scattered, so that many who failed
 * together do not come back together.
 *
 * @param first mean wait after the first failure
 * @param most no wait is longer
 * @param random scatters each wait between half of it and all of it
 */
public record Backoff(Duration first, Duration most, RandomGenerator random) {
    private static final int MOST_DOUBLINGS = 30;

    public Backoff {
        if (first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "most must be at least first, and first above 0: " + first + ", " + most);
        }
    }

    /** A quarter of a second at first, ten seconds at most. */
    public static Backoff usual() {
        return new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10), RandomGenerator.getDefault());
    }

    /** @param failures how many there were, at least 1 */
    public Duration delay(int failures) {
        long nanos = first.toNanos();
        for (int i = 1; i < Math.min(failures, MOST_DOUBLINGS) && nanos < most.toNanos(); i++) {
            nanos *= 2;
        }
        nanos = Math.min(nanos, most.toNanos());
        return Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
    }

    /** Waits as long as {@link #delay} says, or as long as the other side asked for, within {@code most}. */
    public void pause(int failures, Duration asked) throws InterruptedException {
        Duration own = delay(failures);
        Duration wait = asked.compareTo(own) > 0 ? asked : own;
        Thread.sleep(wait.compareTo(most) > 0 ? most : wait);
    }
}
