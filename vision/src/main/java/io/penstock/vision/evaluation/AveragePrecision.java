package io.penstock.vision.evaluation;

import java.util.List;

/**
 * Mean average precision over a set of pictures, 0..1.
 *
 * @param map50 at an overlap of 0.50, mean over the classes
 * @param map50To95 mean over the overlaps 0.50, 0.55 .. 0.95 too
 * @param classes those that have truth, in the order of their labels
 * @param pictures how many were scored
 */
public record AveragePrecision(double map50, double map50To95, List<OfClass> classes, int pictures) {
    public AveragePrecision {
        classes = List.copyOf(classes);
    }

    /**
     * One class.
     *
     * @param truths objects that had to be found
     */
    public record OfClass(String label, double ap50, double ap50To95, int truths) {}
}
