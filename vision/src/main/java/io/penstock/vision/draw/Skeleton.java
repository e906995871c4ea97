package io.penstock.vision.draw;

import io.penstock.pipeline.frame.KeyPoint;
import java.util.List;

/**
 * The lines between key points. Those of COCO's person, by its seventeen points (nose, eyes, ears, shoulders, elbows, wrists,
 * hips, knees, ankles; left before right), are known; of other lists nobody says which points belong together.
 */
final class Skeleton {
    /** Points that the model itself hardly believes in lie anywhere. */
    private static final float LEAST_SCORE = 0.3f;

    /** COCO's {@code skeleton} of the category person, counted from 0. */
    private static final int[][] PERSON = {
        {15, 13}, {13, 11}, {16, 14}, {14, 12}, {11, 12}, {5, 11}, {6, 12}, {5, 6}, {5, 7}, {6, 8}, {7, 9}, {8, 10},
        {1, 2}, {0, 1}, {0, 2}, {1, 3}, {2, 4}, {3, 5}, {4, 6}
    };

    private static final int PERSON_POINTS = 17;

    private Skeleton() {}

    /** The lines whose ends are both seen. */
    static List<Segment> lines(List<KeyPoint> points) {
        if (points.size() != PERSON_POINTS) {
            return List.of();
        }
        return List.of(PERSON).stream()
                .filter(pair -> isSeen(points.get(pair[0])) && isSeen(points.get(pair[1])))
                .map(pair -> between(points.get(pair[0]), points.get(pair[1])))
                .toList();
    }

    /** The points that are seen, as dots. */
    static List<Segment> dots(List<KeyPoint> points) {
        return points.stream()
                .filter(Skeleton::isSeen)
                .map(point -> between(point, point))
                .toList();
    }

    private static boolean isSeen(KeyPoint point) {
        return point.score() >= LEAST_SCORE && Float.isFinite(point.x()) && Float.isFinite(point.y());
    }

    private static Segment between(KeyPoint one, KeyPoint other) {
        return new Segment(one.x(), one.y(), other.x(), other.y());
    }
}
