package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.app.client.Measured;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RateSearchTest {
    @Test
    void findsTheHighestRateThatHolds() throws InterruptedException {
        RateSearch.Found found = new RateSearch(Duration.ofMillis(50))
                .search(1000, rate -> measured(rate, rate <= 640 ? 20 : 80, List.of()));

        assertThat(found.best().orElseThrow().measured().offered().orElseThrow())
                .isBetween(610.0, 640.0);
        assertThat(found.steps()).hasSizeBetween(4, 8);
    }

    @Test
    void aRateAtWhichRequestsFailDoesNotHold() throws InterruptedException {
        RateSearch.Found found = new RateSearch(Duration.ofMillis(50))
                .search(1000, rate -> measured(rate, 1, List.of(new Measured.Failure("503", 1, "full"))));

        assertThat(found.best()).isEmpty();
        assertThat(found.steps()).hasSize(8);
    }

    private static Measured measured(double rate, long millis, List<Measured.Failure> failures) {
        Histogram latencies = new Histogram(3);
        latencies.recordValueWithCount(millis * 1_000_000, Math.round(rate));
        return new Measured("m", Duration.ofSeconds(1), OptionalDouble.of(rate), latencies, 0, failures, List.of());
    }
}
