package io.penstock.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - SECOND / 2);

    private static int taken(RateLimit limit, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += limit.take() ? 1 : 0;
        }
        return taken;
    }

    @Test
    void allowsASecondsWorthAtOnceAndThenTheRate() {
        RateLimit limit = new RateLimit(10, now::get);

        assertThat(taken(limit, 50)).isEqualTo(10);
        now.addAndGet(SECOND / 10);
        assertThat(taken(limit, 50)).isEqualTo(1);
        now.addAndGet(SECOND / 2); // the clock wraps here
        assertThat(taken(limit, 50)).isEqualTo(5);
    }

    @Test
    void savesNoMoreThanASecondsWorth() {
        RateLimit limit = new RateLimit(3, now::get);

        now.addAndGet(100 * SECOND);
        assertThat(taken(limit, 50)).isEqualTo(3);
    }
}
