package io.penstock.app;

import io.penstock.vision.evaluation.AveragePrecision;
import io.penstock.vision.evaluation.ConfusionTable;
import io.penstock.vision.evaluation.Difference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Scores as a page: precision against recall as a picture, the classes, and what was taken for what. */
final class EvaluationHtml {
    private static final int SIDE = 420;
    private static final int LEFT = 44;
    private static final int TOP = 12;
    private static final int PLOT = SIDE - LEFT - TOP;
    private static final int LEGEND = 220;
    /** More lines than that nobody tells apart. */
    private static final int MOST_CLASSES = 12;

    private static final int MOST_CELLS = 40;
    /** Colours that people who see red and green alike tell apart, bright enough on both grounds. */
    private static final List<String> COLOURS = List.of(
            "#2f7fd1", "#e07b00", "#1f9e74", "#c84c8e", "#8a63d2", "#b08900", "#00a3b4", "#d5483c", "#6b8e23",
            "#7f7f7f", "#4a5fc1", "#a0522d");

    private static final String PLOT_STYLE =
            "<style>.axis{stroke:#8a96a3;fill:none}.grid{stroke:#8a96a3;stroke-opacity:.25}"
                    + "text{fill:#7c8894;font:11px system-ui,sans-serif}.class{fill:none;stroke-width:1.5}"
                    + ".mean{fill:none;stroke:#7c8894;stroke-width:3}</style>";

    private EvaluationHtml() {}

    static String page(List<Evaluated> results) {
        StringBuilder out = HtmlReport.begin("Penstock evaluation");
        out.append("<style>.hot{text-align:center}.scroll{overflow-x:auto}</style>");
        summary(out, results);
        for (Evaluated result : results) {
            out.append("<h2>").append(HtmlReport.escaped(result.target())).append("</h2>\n");
            out.append("<h3>Precision against recall, at an overlap of 0.5</h3>\n")
                    .append(curves(result.score()));
            classes(out, result.score());
            confusion(out, result.score().confusion());
        }
        return HtmlReport.end(out);
    }

    private static void summary(StringBuilder out, List<Evaluated> results) {
        out.append(
                "<table><thead><tr><th>Target</th><th>mAP50</th><th>mAP50-95</th><th>Pictures</th></tr></thead><tbody>");
        for (Evaluated result : results) {
            row(
                    out,
                    result.target(),
                    List.of(
                            String.format(Locale.ROOT, "%.3f", result.score().map50()),
                            String.format(Locale.ROOT, "%.3f", result.score().map50To95()),
                            Integer.toString(result.score().pictures())));
        }
        out.append("</tbody></table>\n");
        for (Evaluated result : results) {
            result.against().ifPresent(difference -> difference(out, result.target(), difference));
        }
    }

    private static void difference(StringBuilder out, String target, Difference difference) {
        out.append(String.format(
                Locale.ROOT,
                "<p>%s is %+.3f in mAP50 against the first (95 %% of resampled picture sets: %+.3f to %+.3f) and %+.3f in"
                        + " mAP50-95: %s.</p>\n",
                HtmlReport.escaped(target),
                difference.map50(),
                difference.low(),
                difference.high(),
                difference.map50To95(),
                difference.isClear() ? "a clear difference" : "no clear difference on so few pictures"));
    }

    private static void row(StringBuilder out, String name, List<String> cells) {
        out.append("<tr><td>").append(HtmlReport.escaped(name)).append("</td>");
        cells.forEach(cell -> out.append("<td>").append(cell).append("</td>"));
        out.append("</tr>\n");
    }

    private static void classes(StringBuilder out, AveragePrecision score) {
        out.append("<table><thead><tr><th>Class</th><th>AP50</th><th>AP50-95</th><th>Objects</th><th>Best score</th>")
                .append("<th>Precision</th><th>Recall</th></tr></thead><tbody>\n");
        for (AveragePrecision.OfClass each : score.classes()) {
            AveragePrecision.Balance balance = each.balance();
            row(
                    out,
                    each.label(),
                    List.of(
                            String.format(Locale.ROOT, "%.3f", each.ap50()),
                            String.format(Locale.ROOT, "%.3f", each.ap50To95()),
                            Integer.toString(each.truths()),
                            String.format(Locale.ROOT, "%.2f", balance.threshold()),
                            String.format(Locale.ROOT, "%.2f", balance.precision()),
                            String.format(Locale.ROOT, "%.2f", balance.recall())));
        }
        out.append(
                "</tbody></table>\n<p>Best score is the threshold with the highest F1; precision and recall are at it.</p>\n");
    }

    /** The picture alone, as SVG: a line for each class, of those with most objects, and a thick one for the mean. */
    static String curves(AveragePrecision score) {
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Precision against"
                        + " recall: mAP50 %.3f\">",
                SIDE + LEGEND,
                SIDE,
                score.map50()));
        out.append(PLOT_STYLE);
        grid(out);
        List<AveragePrecision.OfClass> shown = score.classes().stream()
                .sorted(Comparator.comparingInt((AveragePrecision.OfClass each) -> -each.truths()))
                .limit(MOST_CLASSES)
                .toList();
        for (int i = 0; i < shown.size(); i++) {
            AveragePrecision.OfClass each = shown.get(i);
            String colour = COLOURS.get(i % COLOURS.size());
            out.append(String.format(
                    Locale.ROOT,
                    "<polyline class=\"class\" stroke=\"%s\" points=\"%s\"/>",
                    colour,
                    points(each.curve())));
            legend(out, i, colour, String.format(Locale.ROOT, "%s %.3f", each.label(), each.ap50()));
        }
        if (!score.classes().isEmpty()) {
            out.append(
                    String.format(Locale.ROOT, "<polyline class=\"mean\" points=\"%s\"/>", points(score.meanCurve())));
            legend(
                    out,
                    shown.size(),
                    "#7c8894",
                    String.format(
                            Locale.ROOT, "all %d classes %.3f", score.classes().size(), score.map50()));
        }
        return out.append("</svg>\n").toString();
    }

    private static void grid(StringBuilder out) {
        for (int i = 0; i <= 5; i++) {
            double share = i / 5.0;
            out.append(String.format(
                    Locale.ROOT,
                    "<path class=\"grid\" d=\"M%.1f %dV%d M%d %.1fH%d\"/>",
                    LEFT + share * PLOT,
                    TOP,
                    TOP + PLOT,
                    LEFT,
                    TOP + share * PLOT,
                    LEFT + PLOT));
            out.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.1f</text>",
                    LEFT + share * PLOT,
                    TOP + PLOT + 16,
                    share));
            out.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>",
                    LEFT - 6,
                    TOP + PLOT - share * PLOT + 4,
                    share));
        }
        out.append(String.format(
                Locale.ROOT, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>", LEFT, TOP, TOP + PLOT, LEFT + PLOT));
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">recall</text>",
                LEFT + PLOT / 2,
                SIDE - 6));
        out.append(String.format(
                Locale.ROOT,
                "<text transform=\"translate(12 %d) rotate(-90)\" text-anchor=\"middle\">precision</text>",
                TOP + PLOT / 2));
    }

    private static void legend(StringBuilder out, int line, String colour, String name) {
        int y = TOP + 14 + line * 20;
        out.append(String.format(
                Locale.ROOT,
                "<path d=\"M%d %dh20\" stroke=\"%s\" stroke-width=\"3\"/><text x=\"%d\" y=\"%d\">%s</text>",
                SIDE + 4,
                y - 4,
                colour,
                SIDE + 32,
                y,
                HtmlReport.escaped(name)));
    }

    private static String points(List<Double> curve) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < curve.size(); i++) {
            points.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    LEFT + (double) i / (curve.size() - 1) * PLOT,
                    TOP + PLOT - curve.get(i) * PLOT));
        }
        return points.toString().strip();
    }

    private static void confusion(StringBuilder out, ConfusionTable table) {
        List<Integer> shown = mostFrequent(table);
        out.append(String.format(
                Locale.ROOT,
                "<h3>What was found where what was true</h3><p>Rows are true, columns found; detections from score %.2f on,"
                        + " paired at an overlap of %.1f or more.%s</p>\n",
                table.threshold(),
                table.overlap(),
                shown.size() <= table.labels().size() ? " The labels that occur most." : ""));
        out.append("<div class=\"scroll\"><table><thead><tr><th></th>");
        shown.forEach(i -> out.append("<th>")
                .append(HtmlReport.escaped(name(table, i, "missed")))
                .append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (int row : shown) {
            List<Integer> counts = table.counts().get(row);
            int sum = Math.max(1, counts.stream().mapToInt(Integer::intValue).sum());
            out.append("<tr><td>")
                    .append(HtmlReport.escaped(name(table, row, "not there")))
                    .append("</td>");
            for (int column : shown) {
                int count = counts.get(column);
                out.append(String.format(
                        Locale.ROOT,
                        "<td class=\"hot\" style=\"background:rgb(47 127 209/%.2f)\">%s</td>",
                        0.8 * count / sum,
                        count == 0 ? "" : Integer.toString(count)));
            }
            out.append("</tr>\n");
        }
        out.append("</tbody></table></div>\n");
    }

    private static String name(ConfusionTable table, int index, String nothing) {
        return index == table.labels().size() ? nothing : table.labels().get(index);
    }

    /** So many that the table can be read; nothing is always the last. */
    private static List<Integer> mostFrequent(ConfusionTable table) {
        int labels = table.labels().size();
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < labels; i++) {
            all.add(i);
        }
        all.sort(Comparator.comparingInt((Integer i) -> -frequency(table, i)));
        List<Integer> shown = new ArrayList<>(all.subList(0, Math.min(MOST_CELLS, labels)));
        shown.sort(null);
        shown.add(labels);
        return shown;
    }

    private static int frequency(ConfusionTable table, int label) {
        int sum = 0;
        for (int i = 0; i <= table.labels().size(); i++) {
            sum += table.counts().get(label).get(i) + table.counts().get(i).get(label);
        }
        return sum;
    }
}
