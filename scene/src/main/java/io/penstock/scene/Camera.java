package io.penstock.scene;

/**
 * A pinhole camera over the street: x to the east, y to the north (away from it), z up, in metres.
 *
 * <p>Projection: for a point's offset d, depth is d·forward, column is centre + focal · d·right / depth, row is
 * centre - focal · d·up / depth.
 */
final class Camera {
    /** Nothing nearer than this is drawn. */
    static final double NEAR = 0.6;

    final double x;
    final double z;
    final double focal;
    final double centreX;
    final double centreY;
    private final double sinYaw;
    private final double cosYaw;
    private final double sinTilt;
    private final double cosTilt;

    private Camera(Dice dice, int width, int height) {
        double yaw = Math.toRadians(dice.between(0, -8, 8));
        double tilt = Math.toRadians(dice.between(1, 12, 15.5));
        this.x = dice.between(2, -4.5, 4.5);
        this.z = dice.between(3, 5.6, 7.2);
        this.focal = width * dice.between(4, 0.74, 0.86);
        this.centreX = width / 2.0;
        this.centreY = height / 2.0;
        this.sinYaw = Math.sin(yaw);
        this.cosYaw = Math.cos(yaw);
        this.sinTilt = Math.sin(tilt);
        this.cosTilt = Math.cos(tilt);
    }

    static Camera of(Dice dice, int width, int height) {
        return new Camera(dice, width, height);
    }

    /** Row of the horizon, in pixels from the top. */
    double horizon() {
        return centreY - focal * sinTilt / cosTilt;
    }

    double depth(double worldX, double worldY, double worldZ) {
        return ((worldX - x) * sinYaw + worldY * cosYaw) * cosTilt - (worldZ - z) * sinTilt;
    }

    /** Offset to the right, in metres. */
    double across(double worldX, double worldY) {
        return (worldX - x) * cosYaw - worldY * sinYaw;
    }

    /** Offset upwards in the picture's plane, in metres. */
    double above(double worldX, double worldY, double worldZ) {
        return ((worldX - x) * sinYaw + worldY * cosYaw) * sinTilt + (worldZ - z) * cosTilt;
    }
}
