package io.penstock.scene;

/** A person on foot. */
record Walker(Dice looks, Pose pose, long identity) implements Actor {
    private static final double STRIDE = 0.235;

    @Override
    public Footprint footprint() {
        return Footprint.of(pose, 0.3, 0.3);
    }

    @Override
    public void paintGround(Brush brush) {
        brush.place(pose);
        brush.shadow(-0.16, 0.16, 0.2, 1.6);
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        brush.place(pose);
        cast.object(StreetScene.PERSON, identity);
        Figure figure = new Figure(brush, looks);
        double size = figure.size;
        double phase = pose.travelled() / (STRIDE * size) + 6 * looks.unit(20);
        double swing = 0.46 * Math.min(1, pose.speed()) + 0.04;
        double near = brush.viewY() >= 0 ? 1 : -1;
        Point hips = new Point(0, 0, 0.93 * size);
        Point chest = new Point(0.02, 0, 1.33 * size);
        arm(figure, -near, -swing * Math.sin(phase + side(-near)), 0.8);
        leg(figure, -near, swing, phase + side(-near));
        leg(figure, near, swing, phase + side(near));
        boolean fromBehind = brush.viewX() < 0;
        boolean pack = looks.chance(21, 0.3);
        if (pack && !fromBehind) {
            figure.backpack(chest, looks.pick(22, 0x9C3A2A, 0x2A3E5C, 0x3C4A34));
        }
        figure.torso(hips, chest);
        figure.head(new Point(0.03, 0, 1.64 * size));
        if (pack && fromBehind) {
            figure.backpack(chest, looks.pick(22, 0x9C3A2A, 0x2A3E5C, 0x3C4A34));
        }
        arm(figure, near, -swing * Math.sin(phase + side(near)), 0.92);
    }

    /** Left and right take turns. */
    private static double side(double side) {
        return side > 0 ? 0 : Math.PI;
    }

    private static void leg(Figure figure, double side, double swing, double phase) {
        double size = figure.size;
        double thigh = swing * Math.sin(phase);
        double shin = thigh - 1.5 * swing * Math.max(0, Math.cos(phase));
        Point hip = new Point(0, side * 0.09 * size, 0.9 * size);
        Point knee = hip.plus(0.42 * size * Math.sin(thigh), 0, -0.42 * size * Math.cos(thigh));
        Point ankle = knee.plus(0.42 * size * Math.sin(shin), 0, -0.42 * size * Math.cos(shin));
        figure.leg(hip, knee, ankle);
    }

    private static void arm(Figure figure, double side, double angle, double shade) {
        double size = figure.size;
        Point shoulder = new Point(0.02, side * 0.2 * size, 1.38 * size);
        Point elbow = shoulder.plus(0.28 * size * Math.sin(angle), side * 0.05, -0.28 * size * Math.cos(angle));
        double bend = angle + 0.35;
        Point hand = elbow.plus(0.26 * size * Math.sin(bend), 0, -0.26 * size * Math.cos(bend));
        figure.arm(shoulder, elbow, hand, shade);
    }
}
