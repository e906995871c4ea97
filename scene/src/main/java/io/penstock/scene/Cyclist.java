package io.penstock.scene;

/** A bicycle, and the person who rides it unless it is {@code parked}: two objects. */
record Cyclist(Dice looks, Pose pose, long identity, boolean parked) implements Actor {
    private static final double WHEEL = 0.34;
    private static final Point REAR = new Point(-0.52, 0, WHEEL);
    private static final Point FRONT = new Point(0.56, 0, WHEEL);
    private static final Point CRANK = new Point(-0.06, 0, 0.3);
    private static final Point SADDLE = new Point(-0.22, 0, 0.9);
    private static final Point STEM = new Point(0.4, 0, 0.92);
    private static final Point BAR = new Point(0.42, 0, 1.02);

    @Override
    public Footprint footprint() {
        return Footprint.of(pose, 0.9, 0.3);
    }

    @Override
    public void paintGround(Brush brush) {
        brush.place(pose);
        brush.shadow(-0.8, 0.8, 0.06, parked ? 0.7 : 1.5);
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        brush.place(pose);
        cast.object(StreetScene.BICYCLE, identity);
        bicycle(brush);
        if (!parked) {
            cast.object(StreetScene.PERSON, identity + 1);
            rider(brush);
        }
    }

    private void bicycle(Brush brush) {
        int tyre = brush.lit(0x18191B);
        int frame = brush.lit(looks.pick(1, 0xC02A28, 0x2A60B0, 0xD8D8D8, 0x24262A, 0x2E9060, 0xE0A020, 0x9040A0));
        int metal = brush.lit(0x9CA0A6);
        wheel(brush, REAR, tyre, metal);
        wheel(brush, FRONT, tyre, metal);
        brush.limb(REAR, CRANK, 0.02, frame);
        brush.limb(REAR, Point.between(CRANK, SADDLE, 0.85), 0.02, frame);
        brush.limb(CRANK, SADDLE, 0.025, frame);
        brush.limb(CRANK, STEM, 0.028, frame);
        brush.limb(Point.between(CRANK, SADDLE, 0.8), STEM, 0.025, frame);
        brush.limb(STEM, FRONT, 0.025, frame);
        brush.limb(STEM, BAR, 0.02, metal);
        brush.limb(BAR.plus(0.02, -0.24, 0), BAR.plus(0.02, 0.24, 0), 0.025, tyre);
        brush.limb(SADDLE.plus(-0.12, 0, 0.04), SADDLE.plus(0.12, 0, 0.04), 0.05, tyre);
        if (brush.light.dusk() && !parked) {
            brush.ball(REAR.plus(-0.1, 0, 0.4), 0.05, 0xF02018);
            if (brush.viewX() > 0) {
                brush.ball(BAR.plus(0.08, 0, -0.06), 0.06, 0xF0F0E0);
                brush.glow(BAR.plus(0.08, 0, -0.06), 0.4, 0x707058);
            }
        }
    }

    private void wheel(Brush brush, Point hub, int tyre, int metal) {
        int parts = brush.pixelsPerMetre() > 28 ? 18 : 10;
        Point last = hub.plus(WHEEL - 0.02, 0, 0);
        for (int i = 1; i <= parts; i++) {
            double angle = 2 * Math.PI * i / parts;
            Point next = hub.plus((WHEEL - 0.02) * Math.cos(angle), 0, (WHEEL - 0.02) * Math.sin(angle));
            brush.limb(last, next, 0.026, tyre);
            last = next;
        }
        if (brush.pixelsPerMetre() > 28) {
            for (int i = 0; i < 4; i++) {
                double angle = Math.PI * i / 4 - pose.travelled() / WHEEL;
                double dx = (WHEEL - 0.04) * Math.cos(angle);
                double dz = (WHEEL - 0.04) * Math.sin(angle);
                brush.limb(hub.plus(dx, 0, dz), hub.plus(-dx, 0, -dz), 0.006, metal);
            }
        }
        brush.ball(hub, 0.04, metal);
    }

    private void rider(Brush brush) {
        Figure figure = new Figure(brush, looks);
        double near = brush.viewY() >= 0 ? 1 : -1;
        double turn = -pose.travelled() / 0.8;
        Point hips = new Point(-0.2, 0, 1.0);
        Point chest = new Point(0.12, 0, 1.36);
        leg(figure, -near, turn + Math.PI);
        arm(figure, chest, -near, 0.8);
        leg(figure, near, turn);
        figure.torso(hips, chest);
        Point head = new Point(0.22, 0, 1.64);
        figure.head(head);
        if (looks.chance(23, 0.6)) {
            figure.helmet(head, looks.pick(24, 0xE0E0E0, 0xD02828, 0x2C60C0, 0x202226, 0xE8C020));
        }
        arm(figure, chest, near, 0.92);
    }

    private static void leg(Figure figure, double side, double turn) {
        Point hip = new Point(-0.18, side * 0.1, 0.96);
        Point foot = CRANK.plus(0.17 * Math.cos(turn), side * 0.12, 0.17 * Math.sin(turn) + 0.06);
        double dx = foot.x() - hip.x();
        double dz = foot.z() - hip.z();
        double reach = Math.hypot(dx, dz);
        double out = Math.sqrt(Math.max(0.001, 0.44 * 0.44 - reach * reach / 4));
        Point knee = new Point(hip.x() + dx / 2 - dz / reach * out, side * 0.13, hip.z() + dz / 2 + dx / reach * out);
        figure.leg(hip, knee, foot);
    }

    private static void arm(Figure figure, Point chest, double side, double shade) {
        Point shoulder = chest.plus(0.04, side * 0.19, 0.04);
        Point hand = BAR.plus(0.02, side * 0.22, 0.03);
        Point elbow = Point.between(shoulder, hand, 0.5).plus(-0.04, side * 0.05, -0.07);
        figure.arm(shoulder, elbow, hand, shade);
    }
}
