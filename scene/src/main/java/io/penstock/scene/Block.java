package io.penstock.scene;

/**
 * A box in an object's own frame, its top drawn in by {@code taper}.
 *
 * @param rear x of its back at the bottom
 * @param front x of its front at the bottom
 * @param half half its width at the bottom
 * @param low z of the bottom
 * @param high z of the top
 */
record Block(double rear, double front, double half, double low, double high, Taper taper) {
    /** Metres by which the top is shorter at the back and at the front, and narrower at each side. */
    record Taper(double rear, double front, double side) {
        static final Taper NONE = new Taper(0, 0, 0);
    }

    /** A part of a face: from the face's lower left (0, 0), seen from outside, to its upper right (1, 1). */
    record Patch(double left, double bottom, double right, double top) {
        static final Patch WHOLE = new Patch(0, 0, 1, 1);
    }

    /** The faces that a camera above the street can see. */
    enum Face {
        FRONT(1, 0, 0),
        BACK(-1, 0, 0),
        LEFT(0, 1, 0),
        RIGHT(0, -1, 0),
        TOP(0, 0, 1);

        final double x;
        final double y;
        final double z;

        Face(double x, double y, double z) {
            this.x = x;
            this.y = y;
            this.z = z;
        }
    }

    static Block upright(double rear, double front, double half, double low, double high) {
        return new Block(rear, front, half, low, high, Taper.NONE);
    }

    /** The point at {@code right} and {@code up}, each 0 to 1, of a face seen from outside. */
    Point at(Face face, double right, double up) {
        return switch (face) {
            case FRONT -> corner(1, 2 * right - 1, up);
            case BACK -> corner(0, 1 - 2 * right, up);
            case LEFT -> corner(1 - right, 1, up);
            case RIGHT -> corner(right, -1, up);
            case TOP -> corner(right, 2 * up - 1, 1);
        };
    }

    /** {@code along} 0 (back) to 1 (front), {@code side} -1 (right) to 1 (left), {@code up} 0 to 1. */
    Point corner(double along, double side, double up) {
        double back = rear + taper.rear * up;
        double fore = front - taper.front * up;
        return new Point(back + (fore - back) * along, side * (half - taper.side * up), low + (high - low) * up);
    }
}
