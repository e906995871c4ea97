package io.penstock.app.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Counts outcomes.
 *
 * <p>Threads: any number of lanes record; one thread turns the seconds over.
 */
final class Tally {
    private static final long LONGEST_NANOS = 3_600_000_000_000L;
    private static final int DIGITS = 3;

    private final Recorder recorder = new Recorder(LONGEST_NANOS, DIGITS);
    private final Map<String, Failures> failures = new ConcurrentHashMap<>();
    private final LongAdder unsent = new LongAdder();
    private final Histogram total = new Histogram(LONGEST_NANOS, DIGITS);
    private final List<Measured.Second> seconds = new ArrayList<>();
    private @Nullable Histogram recycled;

    private record Failures(LongAdder count, String sentence) {}

    void record(long nanos, Outcome outcome) {
        if (outcome.isAnswer()) {
            recorder.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
        } else {
            failures.computeIfAbsent(outcome.status(), _ -> new Failures(new LongAdder(), outcome.sentence()))
                    .count()
                    .increment();
        }
    }

    void unsent(long waitedNanos) {
        unsent.increment();
        recorder.recordValue(Math.clamp(waitedNanos, 0, LONGEST_NANOS));
    }

    /** Ends a second that took so long. */
    void turn(Duration elapsed) {
        Histogram second = recorder.getIntervalHistogram(recycled);
        total.add(second);
        seconds.add(new Measured.Second(
                elapsed,
                second.getTotalCount(),
                Duration.ofNanos(second.getValueAtPercentile(50)),
                Duration.ofNanos(second.getValueAtPercentile(99))));
        recycled = second;
    }

    /** Adds what came since the last second to the total, and to no second. */
    void takeRest() {
        total.add(recorder.getIntervalHistogram(recycled));
    }

    Measured measured(Load load, Duration elapsed) {
        List<Measured.Failure> counted = failures.entrySet().stream()
                .map(each -> new Measured.Failure(
                        each.getKey(),
                        each.getValue().count().sum(),
                        each.getValue().sentence()))
                .sorted(Comparator.comparingLong(Measured.Failure::count)
                        .reversed()
                        .thenComparing(Measured.Failure::status))
                .toList();
        return new Measured(load.name(), elapsed, load.rate(), total, unsent.sum(), counted, seconds);
    }
}
