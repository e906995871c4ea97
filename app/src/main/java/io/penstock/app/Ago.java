package io.penstock.app;

import java.time.Duration;
import java.time.Instant;

/** Times as people read them in a list. */
final class Ago {
    private Ago() {}

    /** {@code 3 min ago}; the largest unit only. */
    static String text(Instant then, Instant now) {
        return span(Duration.between(then, now)) + " ago";
    }

    /** {@code 3 min}; the largest unit only. */
    static String span(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min";
        }
        return seconds < 2 * 86_400 ? seconds / 3_600 + " h" : seconds / 86_400 + " d";
    }
}
