package io.penstock.app;

import io.penstock.vision.evaluation.AveragePrecision;
import io.penstock.vision.evaluation.Difference;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Scores for people at a terminal. */
final class EvaluationText {
    private static final int MIX_UPS = 5;

    private EvaluationText() {}

    static void write(PrintWriter out, List<Evaluated> results) {
        for (Evaluated result : results) {
            AveragePrecision score = result.score();
            out.println(String.format(
                    Locale.ROOT,
                    "%s: mAP50 %.3f, mAP50-95 %.3f on %d pictures",
                    result.target(),
                    score.map50(),
                    score.map50To95(),
                    score.pictures()));
        }
        if (results.size() == 1) {
            out.println();
            classes(out, results.getFirst());
        } else {
            compare(out, results.getFirst(), results.getLast());
        }
        for (Evaluated result : results) {
            mixUps(out, result);
        }
    }

    private static void classes(PrintWriter out, Evaluated result) {
        List<List<String>> rows = new ArrayList<>();
        for (AveragePrecision.OfClass each : result.score().classes()) {
            rows.add(List.of(
                    each.label(),
                    String.format(Locale.ROOT, "%.3f", each.ap50()),
                    String.format(Locale.ROOT, "%.3f", each.ap50To95()),
                    Integer.toString(each.truths()),
                    String.format(Locale.ROOT, "%.2f", each.balance().threshold()),
                    String.format(Locale.ROOT, "%.2f", each.balance().precision()),
                    String.format(Locale.ROOT, "%.2f", each.balance().recall())));
        }
        Listing.table(out, List.of("CLASS", "AP50", "AP50-95", "OBJECTS", "BEST SCORE", "PRECISION", "RECALL"), rows);
        out.println();
        out.println("Best score is the threshold with the highest F1; precision and recall are at it.");
    }

    private static void compare(PrintWriter out, Evaluated first, Evaluated second) {
        Difference difference = second.against().orElseThrow();
        out.println(String.format(
                Locale.ROOT,
                "The second is %+.3f in mAP50 (95 %% of resampled picture sets: %+.3f to %+.3f), %+.3f in mAP50-95: %s.",
                difference.map50(),
                difference.low(),
                difference.high(),
                difference.map50To95(),
                difference.isClear() ? "a clear difference" : "no clear difference on so few pictures"));
        out.println();
        Map<String, AveragePrecision.OfClass> firsts = new HashMap<>();
        first.score().classes().forEach(each -> firsts.put(each.label(), each));
        List<List<String>> rows = new ArrayList<>();
        for (AveragePrecision.OfClass each : second.score().classes()) {
            AveragePrecision.OfClass other = firsts.get(each.label());
            if (other != null) {
                rows.add(List.of(
                        each.label(),
                        String.format(Locale.ROOT, "%.3f", other.ap50()),
                        String.format(Locale.ROOT, "%.3f", each.ap50()),
                        String.format(Locale.ROOT, "%+.3f", each.ap50() - other.ap50()),
                        String.format(Locale.ROOT, "%+.3f", each.ap50To95() - other.ap50To95()),
                        Integer.toString(each.truths())));
            }
        }
        Listing.table(out, List.of("CLASS", "AP50 FIRST", "SECOND", "DIFFERENCE", "OF AP50-95", "OBJECTS"), rows);
    }

    private static void mixUps(PrintWriter out, Evaluated result) {
        List<Evaluated.MixUp> mixUps = result.mixUps();
        if (mixUps.isEmpty()) {
            return;
        }
        out.println();
        out.println(String.format(
                Locale.ROOT,
                "%s: taken for another, from score %.2f on",
                result.target(),
                result.score().confusion().threshold()));
        for (Evaluated.MixUp each : mixUps.subList(0, Math.min(MIX_UPS, mixUps.size()))) {
            out.println(String.format(Locale.ROOT, "  %s found as %s: %d", each.wanted(), each.found(), each.count()));
        }
    }
}
