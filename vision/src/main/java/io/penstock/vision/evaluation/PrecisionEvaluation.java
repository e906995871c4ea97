package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Detection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

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

    private static final int RESAMPLES = 1000;

    private final Map<String, ClassTally> tallies = new TreeMap<>();
    private final ConfusionTally confusion = new ConfusionTally();
    private int pictures;

    /** Scores one picture. */
    public void add(List<Truth> truths, List<Detection> detections) {
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
                            pictures,
                            truths.stream()
                                    .filter(truth -> truth.label().equals(label))
                                    .toList(),
                            best.stream()
                                    .filter(detection -> detection.label().equals(label))
                                    .toList());
        }
        confusion.add(truths, best);
        pictures++;
    }

    /** The figures over all pictures added so far; all zero where none had truth to be found. */
    public AveragePrecision result() {
        List<AveragePrecision.OfClass> classes = new ArrayList<>();
        double sum50 = 0;
        double sumAll = 0;
        for (Map.Entry<String, ClassTally> entry : tallies.entrySet()) {
            if (entry.getValue().truths() > 0) {
                AveragePrecision.OfClass each = result(entry.getKey(), entry.getValue());
                classes.add(each);
                sum50 += each.ap50();
                sumAll += each.ap50To95();
            }
        }
        int count = Math.max(1, classes.size());
        return new AveragePrecision(sum50 / count, sumAll / count, classes, pictures, confusion.table());
    }

    private static AveragePrecision.OfClass result(String label, ClassTally tally) {
        List<PrecisionRecall> curves = tally.curves();
        double mean = curves.stream().mapToDouble(PrecisionRecall::average).sum() / curves.size();
        PrecisionRecall half = curves.getFirst();
        List<Double> points = Arrays.stream(half.points()).boxed().toList();
        return new AveragePrecision.OfClass(label, half.average(), mean, tally.truths(), points, half.balance());
    }

    /**
     * How much better this scored than {@code other}.
     *
     * @param other of the same pictures in the same order
     * @throws IllegalArgumentException if it has another number of pictures
     */
    public Difference less(PrecisionEvaluation other) {
        if (other.pictures != pictures) {
            throw new IllegalArgumentException(pictures + " pictures are compared with " + other.pictures);
        }
        AveragePrecision ours = result();
        AveragePrecision theirs = other.result();
        double[] differences = new double[RESAMPLES];
        // The same set of pictures gives the same interval.
        RandomGenerator random = new SplittableRandom(pictures);
        int[] times = new int[pictures];
        for (int i = 0; i < RESAMPLES; i++) {
            Arrays.fill(times, 0);
            for (int drawn = 0; drawn < pictures; drawn++) {
                times[random.nextInt(pictures)]++;
            }
            differences[i] = resampled(times) - other.resampled(times);
        }
        Arrays.sort(differences);
        return new Difference(
                ours.map50() - theirs.map50(),
                ours.map50To95() - theirs.map50To95(),
                differences[RESAMPLES / 40],
                differences[RESAMPLES - 1 - RESAMPLES / 40]);
    }

    private double resampled(int[] times) {
        double sum = 0;
        int classes = 0;
        for (ClassTally tally : tallies.values()) {
            double precision = tally.truths() == 0 ? -1 : tally.resampled(times);
            if (precision >= 0) {
                sum += precision;
                classes++;
            }
        }
        return sum / Math.max(1, classes);
    }
}
