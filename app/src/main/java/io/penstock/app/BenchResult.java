package io.penstock.app;

import io.penstock.app.client.Measured;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a benchmark found, and how it was made.
 *
 * @param conditions what has to be said beside the figures: target, protocol, loop, times, machine
 * @param search the rates that were tried, where one was looked for
 */
record BenchResult(Map<String, Object> conditions, List<Measured> loads, List<RateSearch.Step> search) {
    static final List<Double> PERCENTILES = List.of(50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99);
    private static final int BUCKETS = 24;

    BenchResult {
        loads = List.copyOf(loads);
        search = List.copyOf(search);
    }

    /** How many latencies were from so many nanoseconds to below so many. */
    record Bucket(long from, long to, long count) {}

    /** The latencies from the least to the greatest, each bucket so many times as wide as the one before. */
    static List<Bucket> buckets(Histogram latencies) {
        List<Bucket> buckets = new ArrayList<>();
        if (latencies.getTotalCount() == 0) {
            return buckets;
        }
        long least = Math.max(1, latencies.getMinValue());
        double factor = Math.pow((double) (latencies.getMaxValue() + 1) / least, 1.0 / BUCKETS);
        long from = least;
        for (int i = 1; i <= BUCKETS; i++) {
            long to = i == BUCKETS ? latencies.getMaxValue() + 1 : Math.round(least * Math.pow(factor, i));
            if (latencies.lowestEquivalentValue(to) > from || i == BUCKETS) {
                // Whole steps of the histogram's own resolution, so that none counts twice.
                long end = i == BUCKETS ? latencies.getMaxValue() : latencies.lowestEquivalentValue(to) - 1;
                buckets.add(new Bucket(from, to, latencies.getCountBetweenValues(from, end)));
                from = end + 1;
            }
        }
        return buckets;
    }

    /** For programs; {@code bench compare} reads it. */
    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>(conditions);
        tree.put("models", loads.stream().map(BenchResult::load).toList());
        if (!search.isEmpty()) {
            tree.put(
                    "search",
                    search.stream()
                            .map(step -> Map.<String, Object>of(
                                    "offeredRate",
                                            rounded(step.measured().offered().orElse(0)),
                                    "p99Seconds", seconds(step.measured().percentile(99)),
                                    "holds", step.holds()))
                            .<Object>map(BenchResult::sorted)
                            .toList());
        }
        return tree;
    }

    private static Map<String, Object> sorted(Map<String, Object> map) {
        return new TreeMap<>(map);
    }

    private static Object load(Measured measured) {
        Map<String, Object> load = new LinkedHashMap<>();
        load.put("model", measured.name());
        measured.offered().ifPresent(rate -> load.put("offeredRate", rounded(rate)));
        load.put("answered", measured.answered());
        load.put("failed", measured.failed());
        load.put("unsent", measured.unsent());
        load.put("elapsedSeconds", seconds(measured.elapsed()));
        load.put("ratePerSecond", rounded(measured.rate()));
        load.put("latencySeconds", latency(measured));
        List<Object> failures = new ArrayList<>();
        for (Measured.Failure failure : measured.failures()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("status", failure.status());
            each.put("count", failure.count());
            each.put("sentence", failure.sentence());
            failures.add(each);
        }
        load.put("failures", failures);
        List<Object> seconds = new ArrayList<>();
        for (Measured.Second second : measured.seconds()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("ratePerSecond", rounded(second.rate()));
            each.put("p50", seconds(second.p50()));
            each.put("p99", seconds(second.p99()));
            seconds.add(each);
        }
        load.put("seconds", seconds);
        return load;
    }

    static Map<String, Object> latency(Measured measured) {
        Map<String, Object> latency = new LinkedHashMap<>();
        Histogram histogram = measured.latencies();
        if (histogram.getTotalCount() > 0) {
            latency.put("min", histogram.getMinValue() / 1e9);
            latency.put("mean", Math.round(histogram.getMean()) / 1e9);
            for (double percentile : PERCENTILES) {
                latency.put(percentileName(percentile), seconds(measured.percentile(percentile)));
            }
            latency.put("max", histogram.getMaxValue() / 1e9);
        }
        return latency;
    }

    static String percentileName(double percentile) {
        return "p" + (percentile == Math.rint(percentile) ? Integer.toString((int) percentile) : percentile);
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
