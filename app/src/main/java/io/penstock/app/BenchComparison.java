package io.penstock.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Two results of {@code bench -o json}, held against each other.
 *
 * @param rows one for each figure of each model that both have
 */
record BenchComparison(List<Row> rows) {
    BenchComparison {
        rows = List.copyOf(rows);
    }

    /**
     * One figure.
     *
     * @param firstSpread half the distance between the quartiles of its seconds, as a share of their median
     * @param worse by what share of the first the second is worse; below 0 if it is better
     */
    record Row(
            String model,
            String figure,
            double first,
            double firstSpread,
            double second,
            double secondSpread,
            double worse) {
        /** Whether the difference is greater than what the figures vary by from second to second. */
        boolean isBeyondSpread() {
            return Math.abs(worse) > firstSpread + secondSpread;
        }
    }

    /** @throws CommandException if either is no such result, or they have no model in common */
    static BenchComparison of(Object first, Object second) {
        List<Row> rows = new ArrayList<>();
        List<Map<?, ?>> others = models(second);
        for (Map<?, ?> one : models(first)) {
            others.stream()
                    .filter(other -> String.valueOf(other.get("model")).equals(String.valueOf(one.get("model"))))
                    .findFirst()
                    .or(() -> others.size() == 1 && models(first).size() == 1
                            ? Optional.of(others.getFirst())
                            : Optional.empty())
                    .ifPresent(other -> {
                        rows.add(row(one, other, "ratePerSecond", -1));
                        rows.add(row(one, other, "p50", 1));
                        rows.add(row(one, other, "p99", 1));
                    });
        }
        if (rows.isEmpty()) {
            throw new CommandException(ExitCode.REFUSED, "the two results have no model in common");
        }
        return new BenchComparison(rows);
    }

    private static List<Map<?, ?>> models(Object result) {
        List<Map<?, ?>> models = new ArrayList<>();
        if (result instanceof Map<?, ?> map && map.get("models") instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> model && model.get("seconds") instanceof List<?>) {
                    models.add(model);
                }
            }
        }
        if (models.isEmpty()) {
            throw new CommandException(ExitCode.REFUSED, "no result of penstock bench -o json");
        }
        return models;
    }

    /** @param sign 1 where more is worse */
    private static Row row(Map<?, ?> first, Map<?, ?> second, String figure, int sign) {
        double one = figure(first, figure);
        double other = figure(second, figure);
        return new Row(
                String.valueOf(first.get("model")),
                figure,
                one,
                spread(first, figure),
                other,
                spread(second, figure),
                one == 0 ? 0 : sign * (other - one) / one);
    }

    private static double figure(Map<?, ?> model, String figure) {
        Object value = figure.startsWith("p") && model.get("latencySeconds") instanceof Map<?, ?> latency
                ? latency.get(figure)
                : model.get(figure);
        return value instanceof Number number ? number.doubleValue() : 0;
    }

    /** Half the distance between the quartiles, as a share of the median. */
    private static double spread(Map<?, ?> model, String figure) {
        if (!(model.get("seconds") instanceof List<?> seconds) || seconds.size() < 4) {
            return 0;
        }
        double[] values = seconds.stream()
                .mapToDouble(second -> second instanceof Map<?, ?> map && map.get(figure) instanceof Number number
                        ? number.doubleValue()
                        : 0)
                .toArray();
        Arrays.sort(values);
        double median = values[values.length / 2];
        return median == 0 ? 0 : (values[3 * values.length / 4] - values[values.length / 4]) / 2 / median;
    }

    /** Rows that are worse by more than this share. */
    List<Row> worseBy(double share) {
        return rows.stream().filter(row -> row.worse() > share).toList();
    }

    List<List<String>> cells() {
        List<List<String>> cells = new ArrayList<>();
        for (Row row : rows) {
            cells.add(List.of(
                    row.model(),
                    row.figure(),
                    value(row.figure(), row.first(), row.firstSpread()),
                    value(row.figure(), row.second(), row.secondSpread()),
                    String.format(
                            Locale.ROOT,
                            "%.1f %% %s",
                            100 * Math.abs(row.worse()),
                            row.worse() > 0 ? "worse" : "better"),
                    row.isBeyondSpread() ? "beyond the spread" : "within the spread"));
        }
        return cells;
    }

    private static String value(String figure, double value, double spread) {
        String text = figure.startsWith("p")
                ? BenchText.time(Duration.ofNanos(Math.round(value * 1e9)))
                : String.format(Locale.ROOT, "%.1f/s", value);
        return text + String.format(Locale.ROOT, " ±%.1f %%", 100 * spread);
    }
}
