package io.penstock.scene;

/**
 * Where something stands at one moment.
 *
 * @param heading radians from east, counter-clockwise
 * @param travelled metres since some moment, which turn wheels and move legs
 * @param speed metres a second
 */
record Pose(double x, double y, double heading, double travelled, double speed) {
    static Pose standing(double x, double y, double heading) {
        return new Pose(x, y, heading, 0, 0);
    }

    /** The world's coordinates of a point of this frame. */
    Point world(double localX, double localY, double z) {
        double cos = Math.cos(heading);
        double sin = Math.sin(heading);
        return new Point(x + localX * cos - localY * sin, y + localX * sin + localY * cos, z);
    }
}
