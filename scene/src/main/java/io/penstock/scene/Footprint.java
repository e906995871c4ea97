package io.penstock.scene;

/** The ground that something takes, an upright rectangle in the world. */
record Footprint(double minX, double maxX, double minY, double maxY) {
    static Footprint of(Pose pose, double halfLength, double halfWidth) {
        double cos = Math.abs(Math.cos(pose.heading()));
        double sin = Math.abs(Math.sin(pose.heading()));
        double dx = halfLength * cos + halfWidth * sin;
        double dy = halfLength * sin + halfWidth * cos;
        return new Footprint(pose.x() - dx, pose.x() + dx, pose.y() - dy, pose.y() + dy);
    }

    /**
     * Whether this can hide {@code other} from a camera at {@code cameraX}, south of both, and not the reverse: a line
     * that parts them has this on the camera's side.
     */
    boolean before(Footprint other, double cameraX) {
        int north = sign(maxY <= other.minY, other.maxY <= minY);
        int sideways = 0;
        if (cameraX < Math.max(minX, other.minX)) {
            sideways = sign(maxX <= other.minX && cameraX < other.minX, other.maxX <= minX && cameraX < minX);
        }
        if (sideways == 0 && cameraX > Math.min(maxX, other.maxX)) {
            sideways = sign(other.maxX <= minX && cameraX > other.maxX, maxX <= other.minX && cameraX > maxX);
        }
        return north + sideways > 0;
    }

    private static int sign(boolean before, boolean behind) {
        return before ? 1 : behind ? -1 : 0;
    }
}
