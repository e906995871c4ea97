package io.penstock.vision.detect;

import java.util.List;
import java.util.Map;

/**
 * Which of a detector's boxes are kept.
 *
 * @param scoreThreshold least score, 0..1
 * @param labelThresholds least score of single classes, by label; overrides the other in both directions
 * @param iouThreshold boxes of one class that overlap a better one by more than this are dropped
 * @param maxDetections at most so many are kept of a picture, the best
 * @param bestClassOnly a box counts for its best class; otherwise for every class that reaches the threshold
 * @param agnostic boxes drop others of any class, not only of their own
 */
public record DetectionSettings(
        float scoreThreshold,
        Map<String, Float> labelThresholds,
        float iouThreshold,
        int maxDetections,
        boolean bestClassOnly,
        boolean agnostic) {
    public DetectionSettings {
        labelThresholds = Map.copyOf(labelThresholds);
        requireShare("scoreThreshold", scoreThreshold);
        requireShare("iouThreshold", iouThreshold);
        labelThresholds.forEach((label, threshold) -> requireShare("the threshold of " + label, threshold));
        if (maxDetections < 1) {
            throw new IllegalArgumentException("maxDetections must be at least 1: " + maxDetections);
        }
    }

    /** Each class suppresses its own boxes. */
    public DetectionSettings(
            float scoreThreshold,
            Map<String, Float> labelThresholds,
            float iouThreshold,
            int maxDetections,
            boolean bestClassOnly) {
        this(scoreThreshold, labelThresholds, iouThreshold, maxDetections, bestClassOnly, false);
    }

    /** What a person looking at a picture wants: score 0.25, overlap 0.45, 300 boxes. */
    public static DetectionSettings usual() {
        return new DetectionSettings(0.25f, Map.of(), 0.45f, 300, true);
    }

    /** What average precision is measured with: score 0.001, overlap 0.65, 300 boxes. */
    public static DetectionSettings forEvaluation() {
        return new DetectionSettings(0.001f, Map.of(), 0.65f, 300, true);
    }

    /** For outputs that are suppressed already: every box that scores enough stays. */
    DetectionSettings withoutSuppression() {
        return new DetectionSettings(scoreThreshold, labelThresholds, 1, maxDetections, bestClassOnly, false);
    }

    /** @throws IllegalArgumentException if a threshold is set for a label that is none of these */
    void requireKnown(List<String> labels) {
        for (String label : labelThresholds.keySet().stream().sorted().toList()) {
            if (!labels.contains(label)) {
                throw new IllegalArgumentException(
                        "perClass names " + label + ", which is no class of the model; it has "
                                + (labels.size() <= 100
                                        ? String.join(", ", labels)
                                        : labels.size() + " classes, such as " + labels.getFirst()));
            }
        }
    }

    private static void requireShare(String name, float value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be from 0 to 1: " + value);
        }
    }
}
