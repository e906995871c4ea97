package io.penstock.vision;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import java.util.ArrayList;
import java.util.List;

/** What all detectors do with their boxes once these are in the network's pixels: thresholds, suppression, way back. */
final class Selection {
    private final List<String> labels;
    private final float[] thresholds;
    private final float least;
    private final DetectionSettings settings;

    Selection(List<String> labels, DetectionSettings settings) {
        this.labels = labels;
        this.settings = settings;
        this.thresholds = new float[labels.size()];
        float smallest = 1;
        for (int i = 0; i < thresholds.length; i++) {
            thresholds[i] = settings.labelThresholds().getOrDefault(labels.get(i), settings.scoreThreshold());
            smallest = Math.min(smallest, thresholds[i]);
        }
        this.least = smallest;
    }

    int classCount() {
        return thresholds.length;
    }

    /** No class asks for less than this. */
    float least() {
        return least;
    }

    boolean isBestClassOnly() {
        return settings.bestClassOnly();
    }

    /** Whether a score is enough; NaN never is. */
    boolean passes(float score, int label) {
        return score >= thresholds[label];
    }

    /**
     * Of one box's class scores, the best that is a number.
     *
     * @param from where the scores begin
     * @return its index counted from there, or -1
     */
    int best(float[] values, int from) {
        int best = -1;
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < thresholds.length; i++) {
            if (values[from + i] > highest) {
                highest = values[from + i];
                best = i;
            }
        }
        return best;
    }

    List<Detection> finish(Candidates boxes, Placement placement) {
        int[] kept = Suppression.keep(boxes, classCount(), settings.iouThreshold(), settings.maxDetections());
        List<Detection> found = new ArrayList<>(kept.length);
        for (int i : kept) {
            Box box = placement.toSource(boxes.left[i], boxes.top[i], boxes.right[i], boxes.bottom[i]);
            if (box.width() > 0 && box.height() > 0) {
                found.add(new Detection(labels.get(boxes.label[i]), boxes.label[i], boxes.score[i], box));
            }
        }
        return found;
    }
}
