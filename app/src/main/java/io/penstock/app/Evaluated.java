package io.penstock.app;

import io.penstock.vision.evaluation.AveragePrecision;
import io.penstock.vision.evaluation.ConfusionTable;
import io.penstock.vision.evaluation.Difference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one target scored.
 *
 * @param against how much better than the first target, unless it is the first itself
 */
record Evaluated(String target, AveragePrecision score, Optional<Difference> against) {
    /** A mix-up: objects of one label found as another; an empty label is nothing. */
    record MixUp(String wanted, String found, int count) {}

    /** Those of the confusion table, the most frequent first, what was missed or is not there left out. */
    List<MixUp> mixUps() {
        ConfusionTable table = score.confusion();
        List<MixUp> found = new ArrayList<>();
        for (int i = 0; i < table.labels().size(); i++) {
            for (int j = 0; j < table.labels().size(); j++) {
                int count = table.counts().get(i).get(j);
                if (i != j && count > 0) {
                    found.add(new MixUp(table.labels().get(i), table.labels().get(j), count));
                }
            }
        }
        found.sort((a, b) -> Integer.compare(b.count(), a.count()));
        return found;
    }

    /** For {@link TreeText}. */
    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("target", target);
        tree.put("mAP50", rounded(score.map50()));
        tree.put("mAP50-95", rounded(score.map50To95()));
        tree.put("images", score.pictures());
        Map<String, Object> classes = new LinkedHashMap<>();
        for (AveragePrecision.OfClass each : score.classes()) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("AP50", rounded(each.ap50()));
            figures.put("AP50-95", rounded(each.ap50To95()));
            figures.put("truths", each.truths());
            figures.put("bestThreshold", rounded(each.balance().threshold()));
            figures.put("precision", rounded(each.balance().precision()));
            figures.put("recall", rounded(each.balance().recall()));
            classes.put(each.label(), figures);
        }
        tree.put("perClass", classes);
        Map<String, Object> confusion = new LinkedHashMap<>();
        confusion.put("scoreThreshold", score.confusion().threshold());
        confusion.put("overlap", score.confusion().overlap());
        confusion.put("labels", score.confusion().labels());
        confusion.put("counts", score.confusion().counts());
        tree.put("confusion", confusion);
        against.ifPresent(difference -> {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("mAP50", rounded(difference.map50()));
            figures.put("mAP50-95", rounded(difference.map50To95()));
            figures.put("mAP50Low", rounded(difference.low()));
            figures.put("mAP50High", rounded(difference.high()));
            tree.put("difference", figures);
        });
        return tree;
    }

    private static double rounded(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }
}
