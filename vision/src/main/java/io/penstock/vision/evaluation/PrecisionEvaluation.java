package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Detection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Average precision as COCO measures it (pycocotools, {@code COCOeval} for boxes of every size): overlaps 0.50 to 0.95,
 * detections matched greedily by score within each class and picture, precision made monotonous and read at 101 recalls.
 * Classes without truth to be found are left out of the mean. At most 300 detections of a picture count, the best.
 *
 * <p>An ignored truth is a region, as COCO's crowds are: a detection that matches no other truth and lies in it with a
 * share of its own area of at least the overlap asked for counts neither way, however many do. The share of the union
 * would not do: of an object that is mostly hidden a detector finds the visible part, which is rightly much smaller.
 *
 * <p>Threads: for one thread.
 */
public final class PrecisionEvaluation {
    private static final int MOST_DETECTIONS = 300;

    private final Map<String, ClassTally> tallies = new TreeMap<>();
    private int pictures;

    /** Scores one picture. */
    public void add(List<Truth> truths, List<Detection> detections) {
        pictures++;
        List<Detection> best = detections.stream()
                .sorted(Comparator.comparingDouble((Detection detection) -> -detection.score()))
                .limit(MOST_DETECTIONS)
                .toList();
        Set<String> labels = new LinkedHashSet<>();
        truths.forEach(truth -> labels.add(truth.label()));
        best.forEach(detection -> labels.add(detection.label()));
        for (String label : labels) {
            tallies.computeIfAbsent(label, _ -> new ClassTally())
                    .add(
                            truths.stream()
                                    .filter(truth -> truth.label().equals(label))
                                    .toList(),
                            best.stream()
                                    .filter(detection -> detection.label().equals(label))
                                    .toList());
        }
    }

    /** The figures over all pictures added so far; all zero where none had truth to be found. */
    public AveragePrecision result() {
        List<AveragePrecision.OfClass> classes = new ArrayList<>();
        double sum50 = 0;
        double sumAll = 0;
        for (Map.Entry<String, ClassTally> entry : tallies.entrySet()) {
            ClassTally tally = entry.getValue();
            if (tally.truths() == 0) {
                continue;
            }
            double[] precision = tally.averagePrecision();
            double mean = 0;
            for (double each : precision) {
                mean += each / precision.length;
            }
            classes.add(new AveragePrecision.OfClass(entry.getKey(), precision[0], mean, tally.truths()));
            sum50 += precision[0];
            sumAll += mean;
        }
        int count = Math.max(1, classes.size());
        return new AveragePrecision(sum50 / count, sumAll / count, classes, pictures);
    }
}
