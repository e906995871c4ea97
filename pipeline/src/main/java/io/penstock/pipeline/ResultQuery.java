package io.penstock.pipeline;

import java.time.Instant;
import java.util.Optional;

/**
 * Which stored results are wanted.
 *
 * @param since no older ones
 * @param stream only those of this live stream
 * @param before only those older than the one of this request id
 * @param limit at most so many
 */
public record ResultQuery(Optional<Instant> since, Optional<String> stream, Optional<String> before, int limit) {
    public static final int MOST = 1000;

    public ResultQuery {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit must be from 1 to " + MOST + ": " + limit);
        }
    }
}
