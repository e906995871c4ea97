package io.penstock.app.client;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/**
 * What a load met with.
 *
 * @param offered the rate of an open loop
 * @param latencies in nanoseconds, of answered requests: from the moment a request was to be sent, even if no lane was
 *     free then, to the end of its answer; requests that never found a lane are in it with the time that they waited
 * @param unsent requests of an open loop that never found a lane
 * @param failures by status, the most frequent first
 * @param seconds one for each second of the measurement
 */
public record Measured(
        String name,
        Duration elapsed,
        OptionalDouble offered,
        Histogram latencies,
        long unsent,
        List<Failure> failures,
        List<Second> seconds) {
    public Measured {
        failures = List.copyOf(failures);
        seconds = List.copyOf(seconds);
    }

    /**
     * Requests that ended alike.
     *
     * @param sentence of the first of them
     */
    public record Failure(String status, long count, String sentence) {}

    /** What about a second saw. */
    public record Second(Duration elapsed, long answered, Duration p50, Duration p99) {
        public double rate() {
            return answered / (elapsed.toNanos() / 1e9);
        }
    }

    public long answered() {
        return latencies.getTotalCount() - unsent;
    }

    public long failed() {
        return failures.stream().mapToLong(Failure::count).sum();
    }

    /** Answered requests a second. */
    public double rate() {
        return answered() / (elapsed.toNanos() / 1e9);
    }

    public Duration percentile(double percent) {
        return Duration.ofNanos(latencies.getValueAtPercentile(percent));
    }
}
