package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.vision.tensor.Placement;
import java.util.ArrayList;
import java.util.List;

/** What all detectors do with their boxes once these are in the network's pixels: thresholds, suppression, way back. */
final class Selection {
    /** Numbers of classes that no model has; an output that holds one is damaged there. */
    private static final int MOST_CLASSES = 1 << 16;

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

    DetectionSettings settings() {
        return settings;
    }

    /** @throws IllegalArgumentException if an output has another number of channels than the classes and the rest make */
    void requireChannels(int actual, int others) {
        if (actual != others + thresholds.length) {
            throw new IllegalArgumentException(
                    "the output has " + actual + " channels, not " + (others + thresholds.length));
        }
    }

    /** Whether a score is enough; NaN never is. */
    boolean passes(float score, int label) {
        return score >= (label < thresholds.length ? thresholds[label] : settings.scoreThreshold());
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

    /** Adds the box placed last for its best class, or for every class that scores enough. */
    void take(Candidates boxes, float[] values, int from, float factor) {
        if (settings.bestClassOnly()) {
            int best = best(values, from);
            if (best >= 0) {
                takeOne(boxes, values[from + best] * factor, best);
            }
            return;
        }
        for (int i = 0; i < thresholds.length; i++) {
            takeOne(boxes, values[from + i] * factor, i);
        }
    }

    /** Adds the box placed last for this class, where it scores enough. */
    void takeOne(Candidates boxes, float score, int label) {
        if (label >= 0 && label < MOST_CLASSES && passes(score, label)) {
            boxes.add(score, label);
        }
    }

    List<Detection> finish(Candidates boxes, Placement placement) {
        return finish(boxes, placement, Extras.NONE);
    }

    List<Detection> finish(Candidates boxes, Placement placement, Extras extras) {
        int[] kept = Suppression.keep(boxes, settings);
        List<Detection> found = new ArrayList<>(kept.length);
        for (int i : kept) {
            Box box = placement.toSource(boxes.left[i], boxes.top[i], boxes.right[i], boxes.bottom[i]);
            if (box.width() > 0 && box.height() > 0) {
                found.add(extras.complete(detection(boxes.label[i], boxes.score[i], box), boxes.row[i]));
            }
        }
        return found;
    }

    Detection detection(int label, float score, Box box) {
        return new Detection(label < labels.size() ? labels.get(label) : Integer.toString(label), label, score, box);
    }
}
