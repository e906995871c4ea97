package io.penstock.vision.evaluation;

import java.util.List;

/**
 * Which label was found where which was true: objects and detections are paired by overlap, whatever their labels.
 *
 * @param labels of the rows and columns, in order; both have one more at the end, for nothing
 * @param counts {@code counts[true][found]}: the last column counts objects that were missed, the last row detections of
 *     what is not there
 * @param threshold detections below this score were left out
 * @param overlap the least intersection over union of a pair
 */
public record ConfusionTable(List<String> labels, List<List<Integer>> counts, double threshold, double overlap) {
    public ConfusionTable {
        labels = List.copyOf(labels);
        counts = counts.stream().map(List::copyOf).toList();
    }
}
