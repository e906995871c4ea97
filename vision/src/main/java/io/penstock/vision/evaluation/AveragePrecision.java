package io.penstock.vision.evaluation;

import java.util.Arrays;
import java.util.List;

/**
 * Mean average precision over a set of pictures, 0..1.
 *
 * @param map50 at an overlap of 0.50, mean over the classes
 * @param map50To95 mean over the overlaps 0.50, 0.55 .. 0.95 too
 * @param classes those that have truth, in the order of their labels
 * @param pictures how many were scored
 * @param confusion which label was found where which was true
 */
public record AveragePrecision(
        double map50, double map50To95, List<OfClass> classes, int pictures, ConfusionTable confusion) {
    public AveragePrecision {
        classes = List.copyOf(classes);
    }

    /** The mean of the classes' curves at an overlap of 0.50: precision at the recalls 0, 0.01 .. 1. */
    public List<Double> meanCurve() {
        double[] sum =
                new double[classes.isEmpty() ? 0 : classes.getFirst().curve().size()];
        for (OfClass each : classes) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += each.curve().get(i) / classes.size();
            }
        }
        return Arrays.stream(sum).boxed().toList();
    }

    /**
     * One class.
     *
     * @param truths objects that had to be found
     * @param curve at an overlap of 0.50: precision at the recalls 0, 0.01 .. 1, 101 numbers
     * @param balance where precision and recall balance best, at the same overlap
     */
    public record OfClass(String label, double ap50, double ap50To95, int truths, List<Double> curve, Balance balance) {
        public OfClass {
            curve = List.copyOf(curve);
        }
    }

    /**
     * The score threshold with the highest F1, the harmonic mean of precision and recall.
     *
     * @param threshold detections from this score on are kept; 0 where none is right
     * @param precision what they have then, 0..1
     * @param recall likewise
     */
    public record Balance(double threshold, double precision, double recall) {
        /** The harmonic mean, 0..1. */
        public double f1() {
            return precision + recall <= 0 ? 0 : 2 * precision * recall / (precision + recall);
        }
    }
}
