package io.penstock.vision;

import java.util.Map;

/**
 * Which of a detector's boxes are kept.
 *
 * @param scoreThreshold least score, 0..1
 * @param labelThresholds least score of single classes, by label; overrides the other in both directions
 * @param iouThreshold boxes of one class that overlap a better one by more than this are dropped
 * @param maxDetections at most so many are kept of a picture, the best
 * @param bestClassOnly a box counts for its best class; otherwise for every class that reaches the threshold
 */
public record DetectionSettings(
        float scoreThreshold,
        Map<String, Float> labelThresholds,
        float iouThreshold,
        int maxDetections,
        boolean bestClassOnly) {
    public DetectionSettings {
        labelThresholds = Map.copyOf(labelThresholds);
        requireShare("scoreThreshold", scoreThreshold);
        requireShare("iouThreshold", iouThreshold);
        labelThresholds.forEach((label, threshold) -> requireShare("the threshold of " + label, threshold));
        if (maxDetections < 1) {
            throw new IllegalArgumentException("maxDetections must be at least 1: " + maxDetections);
        }
    }

    /** What a person looking at a picture wants: score 0.25, overlap 0.45, 300 boxes. */
    public static DetectionSettings usual() {
        return new DetectionSettings(0.25f, Map.of(), 0.45f, 300, true);
    }

    /** What average precision is measured with: score 0.001, overlap 0.65, 300 boxes. */
    public static DetectionSettings forEvaluation() {
        return new DetectionSettings(0.001f, Map.of(), 0.65f, 300, true);
    }

    private static void requireShare(String name, float value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be from 0 to 1: " + value);
        }
    }
}
