package io.penstock.vision.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Box;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SuppressionTest {
    @Test
    void equalsTheNaiveVersionOnRandomBoxes() {
        for (int seed = 0; seed < 60; seed++) {
            Candidates boxes = random(seed, 20 + 15 * seed, 1 + seed % 5);
            // No ratio of small whole numbers: at such a one the two ways to round may differ.
            float threshold = 0.1f + 0.01013f * seed;
            int most = seed % 3 == 0 ? 10 : 1_000;
            assertThat(Suppression.keep(boxes, settings(threshold, most, seed % 4 == 1)))
                    .as("seed %d", seed)
                    .containsExactly(naive(boxes, threshold, most, seed % 4 == 1));
        }
    }

    private static DetectionSettings settings(float threshold, int most, boolean agnostic) {
        return new DetectionSettings(0, Map.of(), threshold, most, true, agnostic);
    }

    private static void add(Candidates boxes, float[] corners, float score, int label) {
        boxes.corners(0, corners[0], corners[1], corners[2], corners[3]);
        boxes.add(score, label);
    }

    private static Candidates random(int seed, int count, int classes) {
        Random random = new Random(seed);
        Candidates boxes = new Candidates();
        for (int i = 0; i < count; i++) {
            float x = random.nextInt(100);
            float y = random.nextInt(100);
            // Few different scores, so that ties are met.
            float[] corners = {x, y, x + 1 + random.nextInt(40), y + 1 + random.nextInt(40)};
            add(boxes, corners, random.nextInt(50) / 50f, random.nextInt(classes));
        }
        return boxes;
    }

    private static int[] naive(Candidates boxes, float threshold, int most, boolean agnostic) {
        List<Integer> kept = new ArrayList<>();
        IntStream.range(0, boxes.count())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -boxes.score[i])
                        .thenComparingInt(i -> i))
                .filter(i -> kept.size() < most)
                .forEach(i -> {
                    boolean covered = kept.stream()
                            .anyMatch(other -> (agnostic || boxes.label[i] == boxes.label[other])
                                    && box(boxes, i).intersectionOverUnion(box(boxes, other)) > threshold);
                    if (!covered && kept.size() < most) {
                        kept.add(i);
                    }
                });
        return kept.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Box box(Candidates boxes, int i) {
        return Box.ofCorners(boxes.left[i], boxes.top[i], boxes.right[i], boxes.bottom[i]);
    }

    @Test
    void leavesOutBoxesThatAreEmptyOrNoNumbers() {
        Candidates boxes = new Candidates();
        add(boxes, new float[] {5, 5, 5, 9}, 0.9f, 0);
        add(boxes, new float[] {5, 5, 4, 9}, 0.9f, 0);
        add(boxes, new float[] {Float.NaN, 5, 9, 9}, 0.9f, 0);
        add(boxes, new float[] {0, 0, Float.POSITIVE_INFINITY, 9}, 0.9f, 0);
        assertThat(boxes.count()).isZero();
    }

    @Test
    void keepsOverlappingBoxesOfDifferentClasses() {
        Candidates boxes = new Candidates();
        add(boxes, new float[] {0, 0, 10, 10}, 0.8f, 0);
        add(boxes, new float[] {0, 0, 10, 10}, 0.9f, 1);
        add(boxes, new float[] {0, 0, 10, 10}, 0.7f, 1);
        assertThat(Suppression.keep(boxes, settings(0.5f, 10, false))).containsExactly(1, 0);
        assertThat(Suppression.keep(boxes, settings(0.5f, 10, true))).containsExactly(1);
    }
}
