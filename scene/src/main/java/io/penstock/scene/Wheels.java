package io.penstock.scene;

import io.penstock.scene.Block.Face;

/** The wheels of a motor vehicle, on the side that the camera sees. */
final class Wheels {
    private Wheels() {}

    /** @param half distance of the wheels' outer face from the vehicle's middle */
    static void paint(Brush brush, Pose pose, double half, double radius, double... axles) {
        if (Math.abs(brush.viewY()) <= half) {
            return;
        }
        Face face = brush.viewY() > 0 ? Face.LEFT : Face.RIGHT;
        double side = Math.copySign(half, brush.viewY());
        int tyre = brush.lit(0x1E1F22, face);
        int rim = brush.lit(0xA4A8AE, face);
        for (double axle : axles) {
            Point hub = new Point(axle, side, radius);
            brush.disc(hub.plus(0, 0, radius * 0.12), radius * 1.16, face, brush.lit(0x0E0F11, face));
            brush.disc(hub, radius, face, tyre);
            if (brush.resolves(radius / 3)) {
                brush.disc(hub, radius * 0.6, face, rim);
                spokes(brush, hub, radius * 0.56, pose.travelled() / radius, brush.lit(0x3A3D42, face));
                brush.disc(hub, radius * 0.16, face, tyre);
            }
        }
    }

    private static void spokes(Brush brush, Point hub, double reach, double angle, int colour) {
        for (int i = 0; i < 5; i++) {
            double turn = 2 * Math.PI * i / 5 - angle;
            Point rim = hub.plus(reach * Math.cos(turn), 0, reach * Math.sin(turn));
            brush.limb(Point.between(hub, rim, 0.4), rim, 0.03, colour);
        }
    }
}
