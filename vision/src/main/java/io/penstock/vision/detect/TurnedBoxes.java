package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.vision.tensor.Placement;
import java.util.ArrayList;
import java.util.List;

/**
 * Suppression and way back of boxes that are turned about their centre. Overlap is that of the normal distributions with
 * the boxes' extents: one minus the Hellinger distance ("probabilistic IoU", Llerena et al., arXiv 2106.06072), which is
 * what Ultralytics' models are trained and suppressed with.
 */
final class TurnedBoxes {
    private static final double TINY = 1e-7;

    private TurnedBoxes() {}

    /** The angle of the box in a row, radians, clockwise. */
    interface Angles {
        float of(int row);
    }

    static List<Detection> finish(Candidates boxes, Selection selection, Placement placement, Angles angles) {
        DetectionSettings settings = selection.settings();
        Suppression.BestFirst order = new Suppression.BestFirst(boxes);
        List<Integer> kept = new ArrayList<>();
        for (int box = order.next(); box >= 0 && kept.size() < settings.maxDetections(); box = order.next()) {
            if (!Float.isNaN(angles.of(boxes.row[box])) && !isCovered(boxes, box, kept, settings, angles)) {
                kept.add(box);
            }
        }
        List<Detection> found = new ArrayList<>();
        for (int box : kept) {
            float left = placement.toSourceX(boxes.left[box]);
            float top = placement.toSourceY(boxes.top[box]);
            float right = placement.toSourceX(boxes.right[box]);
            float bottom = placement.toSourceY(boxes.bottom[box]);
            Box whole = Box.ofCorners(left, top, right, bottom);
            Detection flat = selection.detection(boxes.label[box], boxes.score[box], whole);
            found.add(flat.turned(whole, angles.of(boxes.row[box])));
        }
        return found;
    }

    private static boolean isCovered(
            Candidates boxes, int box, List<Integer> kept, DetectionSettings settings, Angles angles) {
        for (int other : kept) {
            if ((settings.agnostic() || boxes.label[other] == boxes.label[box])
                    && overlap(covariance(boxes, box, angles), covariance(boxes, other, angles))
                            > settings.iouThreshold()) {
                return true;
            }
        }
        return false;
    }

    /** Centre x and y, variances along x and y, and covariance of the uniform distribution over a turned box. */
    private static double[] covariance(Candidates boxes, int box, Angles angles) {
        double width = boxes.right[box] - boxes.left[box];
        double height = boxes.bottom[box] - boxes.top[box];
        double a = width * width / 12;
        double b = height * height / 12;
        double cos = Math.cos(angles.of(boxes.row[box]));
        double sin = Math.sin(angles.of(boxes.row[box]));
        return new double[] {
            (boxes.left[box] + boxes.right[box]) / 2,
            (boxes.top[box] + boxes.bottom[box]) / 2,
            a * cos * cos + b * sin * sin,
            a * sin * sin + b * cos * cos,
            (a - b) * cos * sin
        };
    }

    private static double overlap(double[] p, double[] q) {
        double a = p[2] + q[2];
        double b = p[3] + q[3];
        double c = p[4] + q[4];
        double x = p[0] - q[0];
        double y = p[1] - q[1];
        double whole = a * b - c * c + TINY;
        double distance = (a * y * y + b * x * x) / whole / 4 - c * x * y / whole / 2;
        double ratio = (a * b - c * c)
                / (4 * Math.sqrt(Math.max(0, p[2] * p[3] - p[4] * p[4]) * Math.max(0, q[2] * q[3] - q[4] * q[4]))
                        + TINY);
        double bhattacharyya = distance + Math.log(ratio + TINY) / 2;
        return 1 - Math.sqrt(Math.max(0, 1 - Math.exp(-Math.max(TINY, bhattacharyya))) + TINY);
    }
}
