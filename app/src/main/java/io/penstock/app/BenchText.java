package io.penstock.app;

import io.penstock.app.client.Measured;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A benchmark's result for people at a terminal, and as CSV. */
final class BenchText {
    private static final int BAR = 50;

    private BenchText() {}

    static void table(PrintWriter out, BenchResult result) {
        List<String> conditions = new ArrayList<>();
        result.conditions().forEach((name, value) -> conditions.add(name + " " + value));
        out.println(String.join(", ", conditions));
        out.println();
        List<List<String>> rows = new ArrayList<>();
        for (Measured load : result.loads()) {
            rows.add(List.of(
                    load.name(),
                    String.format(Locale.ROOT, "%.1f/s", load.rate()),
                    time(load.percentile(50)),
                    time(load.percentile(90)),
                    time(load.percentile(99)),
                    time(load.percentile(99.9)),
                    time(Duration.ofNanos(load.latencies().getMaxValue())),
                    Long.toString(load.answered()),
                    Long.toString(load.failed()),
                    Long.toString(load.unsent())));
        }
        Listing.table(
                out,
                List.of("MODEL", "ANSWERED", "P50", "P90", "P99", "P99.9", "MAX", "REQUESTS", "FAILED", "UNSENT"),
                rows);
        for (Measured load : result.loads()) {
            histogram(out, load);
            failures(out, load);
        }
        search(out, result);
    }

    private static void histogram(PrintWriter out, Measured load) {
        List<BenchResult.Bucket> buckets = BenchResult.buckets(load.latencies());
        long most = buckets.stream().mapToLong(BenchResult.Bucket::count).max().orElse(0);
        if (most == 0) {
            return;
        }
        out.println();
        out.println(load.name() + ": how many requests took how long");
        for (BenchResult.Bucket bucket : buckets) {
            int width = (int) Math.ceil((double) BAR * bucket.count() / most);
            out.println(String.format(
                            Locale.ROOT,
                            "  up to %9s  %-" + BAR + "s %d",
                            time(Duration.ofNanos(bucket.to())),
                            "#".repeat(width),
                            bucket.count())
                    .stripTrailing());
        }
    }

    private static void failures(PrintWriter out, Measured load) {
        if (!load.failures().isEmpty()) {
            out.println();
            out.println(load.name() + ": what failed, with the first of each kind");
            load.failures()
                    .forEach(failure ->
                            out.println("  " + failure.count() + " x " + failure.status() + "  " + failure.sentence()));
        }
    }

    private static void search(PrintWriter out, BenchResult result) {
        if (result.search().isEmpty()) {
            return;
        }
        out.println();
        out.println("Rates that were tried:");
        for (RateSearch.Step step : result.search()) {
            Measured measured = step.measured();
            out.println(String.format(
                    Locale.ROOT,
                    "  %10.1f/s  p99 %9s  %s",
                    measured.offered().orElse(0),
                    time(measured.percentile(99)),
                    step.holds() ? "holds" : "does not hold"));
        }
    }

    /** A line for each model. */
    static void csv(PrintWriter out, BenchResult result) {
        List<String> names =
                new ArrayList<>(List.of("model", "answered", "failed", "unsent", "ratePerSecond", "min", "mean"));
        BenchResult.PERCENTILES.forEach(percentile -> names.add(BenchResult.percentileName(percentile)));
        names.add("max");
        out.println(String.join(",", names));
        for (Measured load : result.loads()) {
            Map<String, Object> latency = BenchResult.latency(load);
            StringBuilder line = new StringBuilder(quoted(load.name()));
            line.append(',').append(load.answered()).append(',').append(load.failed());
            line.append(',').append(load.unsent()).append(',').append(BenchResult.rounded(load.rate()));
            names.subList(5, names.size()).forEach(name -> line.append(',').append(latency.getOrDefault(name, "")));
            out.println(line);
        }
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /** In the unit that suits it. */
    static String time(Duration duration) {
        double micros = duration.toNanos() / 1e3;
        if (micros < 1000) {
            return String.format(Locale.ROOT, "%.0f us", micros);
        }
        return micros < 1e6
                ? String.format(Locale.ROOT, "%.2f ms", micros / 1e3)
                : String.format(Locale.ROOT, "%.2f s", micros / 1e6);
    }
}
