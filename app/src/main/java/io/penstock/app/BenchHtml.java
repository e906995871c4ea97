package io.penstock.app;

import io.penstock.app.client.Measured;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A benchmark's result as one page without anything from elsewhere: figures, and charts as SVG, light and dark. */
final class BenchHtml {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 200;
    private static final int LEFT = 70;
    private static final int BOTTOM = 24;
    private static final int TOP = 10;
    private static final int STEPS = 60;

    private BenchHtml() {}

    static String page(BenchResult result) {
        StringBuilder out = HtmlReport.begin("Penstock bench").append("<dl>");
        result.conditions()
                .forEach((name, value) -> out.append("<dt>")
                        .append(HtmlReport.escaped(name))
                        .append("</dt><dd>")
                        .append(HtmlReport.escaped(String.valueOf(value)))
                        .append("</dd>"));
        out.append("</dl>\n");
        table(out, result);
        for (Measured load : result.loads()) {
            out.append("<h2>").append(HtmlReport.escaped(load.name())).append("</h2>\n");
            out.append("<h3>How many requests took how long</h3>\n").append(histogram(load));
            out.append("<h3>Latency by percentile</h3>\n").append(percentiles(load));
            out.append("<h3>Answered each second</h3>\n").append(seconds(load, Measured.Second::rate, ""));
            out.append("<h3>99th percentile of each second, ms</h3>\n")
                    .append(seconds(load, second -> second.p99().toNanos() / 1e6, " ms"));
            failures(out, load);
        }
        return HtmlReport.end(out);
    }

    private static void table(StringBuilder out, BenchResult result) {
        out.append("<table><thead><tr>");
        for (String heading :
                List.of("Model", "Answered/s", "p50", "p90", "p99", "p99.9", "Max", "Requests", "Failed", "Unsent")) {
            out.append("<th>").append(heading).append("</th>");
        }
        out.append("</tr></thead><tbody>");
        for (Measured load : result.loads()) {
            out.append("<tr><td>").append(HtmlReport.escaped(load.name())).append("</td>");
            for (String cell : List.of(
                    number(load.rate()),
                    BenchText.time(load.percentile(50)),
                    BenchText.time(load.percentile(90)),
                    BenchText.time(load.percentile(99)),
                    BenchText.time(load.percentile(99.9)),
                    BenchText.time(Duration.ofNanos(load.latencies().getMaxValue())),
                    Long.toString(load.answered()),
                    Long.toString(load.failed()),
                    Long.toString(load.unsent()))) {
                out.append("<td>").append(cell).append("</td>");
            }
            out.append("</tr>");
        }
        out.append("</tbody></table>\n");
    }

    private static void failures(StringBuilder out, Measured load) {
        if (load.failures().isEmpty()) {
            return;
        }
        out.append("<h3>What failed, with the first of each kind</h3><table>");
        for (Measured.Failure failure : load.failures()) {
            out.append("<tr><td>").append(HtmlReport.escaped(failure.status() + " " + failure.sentence()));
            out.append("</td><td>").append(failure.count()).append("</td></tr>");
        }
        out.append("</table>\n");
    }

    private static String histogram(Measured load) {
        List<BenchResult.Bucket> buckets = BenchResult.buckets(load.latencies());
        long most = buckets.stream().mapToLong(BenchResult.Bucket::count).max().orElse(1);
        StringBuilder out = chart();
        double width = (double) (WIDTH - LEFT) / Math.max(1, buckets.size());
        for (int i = 0; i < buckets.size(); i++) {
            BenchResult.Bucket bucket = buckets.get(i);
            double height = (double) (HEIGHT - BOTTOM - TOP) * bucket.count() / most;
            out.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>up to %s: %d</title>"
                            + "</rect>",
                    LEFT + i * width,
                    HEIGHT - BOTTOM - height,
                    Math.max(1, width - 2),
                    height,
                    BenchText.time(Duration.ofNanos(bucket.to())),
                    bucket.count()));
            if (i % 6 == 0) {
                label(out, LEFT + i * width, HEIGHT - 8, BenchText.time(Duration.ofNanos(bucket.from())));
            }
        }
        label(out, 0, TOP + 10, Long.toString(most));
        return out.append("</svg>\n").toString();
    }

    /** Each step to the right leaves as many requests behind as all steps before left: 90, 99, 99.9 are equally far apart. */
    private static String percentiles(Measured load) {
        StringBuilder out = chart();
        double nines =
                Math.clamp(Math.log10(Math.max(10.0, (double) load.latencies().getTotalCount())), 1, 5);
        double most = Math.max(1, load.latencies().getMaxValue());
        StringBuilder points = new StringBuilder();
        for (int i = 0; i <= STEPS; i++) {
            double percentile = 100 - 100 / Math.pow(10, nines * i / STEPS);
            double value = load.latencies().getValueAtPercentile(percentile) / most;
            points.append(point((double) i / STEPS, value));
        }
        for (int i = 0; i <= nines; i++) {
            double share = 100 - 100 / Math.pow(10, i);
            label(
                    out,
                    LEFT + (WIDTH - LEFT - 40) * i / nines,
                    HEIGHT - 8,
                    BenchResult.percentileName(Math.round(share * 1000) / 1000.0));
        }
        label(out, 0, TOP + 10, BenchText.time(Duration.ofNanos((long) most)));
        return curve(out, points);
    }

    private static String seconds(Measured load, ToDoubleFunction<Measured.Second> figure, String unit) {
        StringBuilder out = chart();
        double most = load.seconds().stream().mapToDouble(figure).max().orElse(1);
        StringBuilder points = new StringBuilder();
        int last = Math.max(1, load.seconds().size() - 1);
        for (int i = 0; i < load.seconds().size(); i++) {
            points.append(
                    point((double) i / last, figure.applyAsDouble(load.seconds().get(i)) / Math.max(most, 1e-9)));
        }
        label(out, 0, TOP + 10, number(most) + unit);
        label(out, LEFT, HEIGHT - 8, "1 s");
        label(out, WIDTH - 40, HEIGHT - 8, load.seconds().size() + " s");
        return curve(out, points);
    }

    private static StringBuilder chart() {
        return new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\"><path class=\"axis\" d=\"M%d %dV%dH%d\" fill=\"none\"/>",
                WIDTH,
                HEIGHT,
                LEFT,
                TOP,
                HEIGHT - BOTTOM,
                WIDTH));
    }

    private static String point(double x, double y) {
        return String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                LEFT + x * (WIDTH - LEFT - 4),
                HEIGHT - BOTTOM - y * (HEIGHT - BOTTOM - TOP));
    }

    private static String curve(StringBuilder out, StringBuilder points) {
        return out.append("<polyline class=\"curve\" points=\"")
                .append(points)
                .append("\"/></svg>\n")
                .toString();
    }

    private static void label(StringBuilder out, double x, double y, String text) {
        out.append(String.format(Locale.ROOT, "<text x=\"%.0f\" y=\"%.0f\">%s</text>", x, y, HtmlReport.escaped(text)));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
    }
}
