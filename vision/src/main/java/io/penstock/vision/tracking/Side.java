package io.penstock.vision.tracking;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Track.Direction;
import io.penstock.spec.StepSpec;
import java.util.Optional;

/**
 * One line and the objects beside it: on which side each was last, clearly. An object that stands upon the line and
 * trembles has not crossed it.
 */
final class Side {
    /** How far from the line, in heights of its box, an object must be to be on one side of it. */
    private static final double CLEAR = 0.05;

    private static final double CLEAR_PIXELS = 2;

    private final double fromX;
    private final double fromY;
    private final double toX;
    private final double toY;
    private final StepSpec.ZonePoint point;

    /** Where an object last was clearly on one side. */
    record Place(double x, double y, boolean right) {}

    Side(StepSpec.Line line) {
        this.fromX = line.from().get(0);
        this.fromY = line.from().get(1);
        this.toX = line.to().get(0);
        this.toY = line.to().get(1);
        this.point = line.point();
    }

    /** Where the box is; empty where it is upon the line. */
    Optional<Place> place(Box box) {
        double x = box.x() + box.width() / 2;
        double y = point == StepSpec.ZonePoint.CENTRE ? box.y() + box.height() / 2 : box.bottom();
        double distance = turn(fromX, fromY, toX, toY, x, y) / Math.hypot(toX - fromX, toY - fromY);
        return Math.abs(distance) < Math.max(CLEAR_PIXELS, CLEAR * box.height())
                ? Optional.empty()
                : Optional.of(new Place(x, y, distance > 0));
    }

    /** Whether the way from one place to the next meets the line between its ends. */
    Optional<Direction> crossed(Place before, Place now) {
        if (before.right() == now.right()) {
            return Optional.empty();
        }
        double start = turn(before.x(), before.y(), now.x(), now.y(), fromX, fromY);
        double end = turn(before.x(), before.y(), now.x(), now.y(), toX, toY);
        if ((start > 0) == (end > 0) && start != 0 && end != 0) {
            return Optional.empty();
        }
        return Optional.of(now.right() ? Direction.FORWARD : Direction.BACKWARD);
    }

    /** Positive where c is to the right of the way from a to b, on a picture whose y grows downwards. */
    private static double turn(double ax, double ay, double bx, double by, double cx, double cy) {
        return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    }
}
