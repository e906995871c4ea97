package io.penstock.scene;

/** A place in metres, in the world or in an object's own frame (x forward, y left, z up). */
record Point(double x, double y, double z) {
    Point plus(double dx, double dy, double dz) {
        return new Point(x + dx, y + dy, z + dz);
    }

    static Point between(Point from, Point to, double share) {
        return new Point(
                from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share, from.z + (to.z - from.z) * share);
    }
}
