package io.penstock.vision.tracking;

import java.time.Duration;
import java.util.Map;

/**
 * How objects are followed.
 *
 * @param highScore what a detection scores at least that may begin a track, 0..1
 * @param labelScores the same for single labels
 * @param lowScore what a detection scores at least that may continue one
 * @param minOverlap intersection over union of box and expectation, times the score, from which the two are the same object
 * @param confirmFrames frames in a row in which an object is found before it is given an id
 * @param lostFor how long one that is not found is remembered
 * @param trajectory positions kept of each, at most
 * @param stillShare an object whose centre stays within this share of its size does not move
 */
public record TrackingSettings(
        float highScore,
        Map<String, Float> labelScores,
        float lowScore,
        float minOverlap,
        int confirmFrames,
        Duration lostFor,
        int trajectory,
        float stillShare) {
    public TrackingSettings {
        labelScores = Map.copyOf(labelScores);
        if (confirmFrames < 1) {
            throw new IllegalArgumentException("confirmFrames must be at least 1: " + confirmFrames);
        }
        if (trajectory < 0) {
            throw new IllegalArgumentException("trajectory must not be negative: " + trajectory);
        }
    }

    /** What a document means that says no more than {@code track: {}}. */
    public static TrackingSettings usual() {
        return new TrackingSettings(0.5f, Map.of(), 0.1f, 0.2f, 2, Duration.ofSeconds(1), 32, 0.5f);
    }

    boolean isHigh(String label, float score) {
        return score >= labelScores.getOrDefault(label, highScore);
    }
}
