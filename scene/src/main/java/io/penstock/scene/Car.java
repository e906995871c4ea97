package io.penstock.scene;

import io.penstock.scene.Block.Face;
import io.penstock.scene.Block.Patch;
import io.penstock.scene.Block.Taper;

/** A passenger car: saloon, hatchback, off-roader or estate. */
record Car(Dice looks, Pose pose, long identity, boolean parked) implements Actor {
    static final double LENGTH = 4.5;
    private static final int[] PAINTS = {
        0xE2E4E6, 0xD8DADC, 0xB2B6BA, 0x74787E, 0x2A2C31, 0xB0221E, 0x8C1A22, 0x2256A8, 0x203056, 0x2F6044, 0xDCAE20,
        0xCC5C1E, 0xB8A888, 0x2A8288
    };
    private static final int GLASS = 0x34444F;

    @Override
    public Footprint footprint() {
        return Footprint.of(pose, LENGTH / 2, 0.9);
    }

    @Override
    public void paintGround(Brush brush) {
        brush.place(pose);
        brush.shadow(-2.2, 2.2, 0.88, 1.3);
        if (!parked) {
            Lamps.beam(brush, LENGTH / 2);
        }
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        brush.place(pose);
        cast.object(StreetScene.CAR, identity);
        int paint = looks.pick(1, PAINTS);
        int style = looks.below(2, 4);
        double length = new double[] {4.5, 3.9, 4.5, 4.6}[style];
        double high = new double[] {1.42, 1.5, 1.74, 1.5}[style] * looks.between(3, 0.98, 1.04);
        double belt = style == 2 ? 0.98 : 0.84;
        double half = length / 2;
        Block body = new Block(-half, half, 0.89, 0.32, belt, new Taper(0.1, 0.16, 0.05));
        brush.block(Block.upright(-half + 0.15, half - 0.15, 0.84, 0.16, 0.34), 0x1A1B1D);
        brush.block(body, paint);
        trim(brush, body, paint);
        Wheels.paint(brush, pose, 0.9, style == 2 ? 0.37 : 0.33, -half * 0.62, half * 0.64);
        double tail = new double[] {-half * 0.72, -half * 0.92, -half * 0.95, -half * 0.95}[style];
        double hatch = new double[] {0.5, 0.32, 0.18, 0.3}[style];
        Block cabin = new Block(tail, half * 0.42, 0.84, belt - 0.01, high, new Taper(hatch, 0.72, 0.17));
        brush.block(cabin, paint);
        windows(brush, cabin);
        Lamps.paint(brush, body, 0.55, 0.85, !parked && pose.speed() < 2);
    }

    private static void trim(Brush brush, Block body, int paint) {
        if (!brush.resolves(0.15)) {
            return;
        }
        brush.panel(body, Face.FRONT, new Patch(0, 0, 1, 0.24), 0x2A2C2F);
        brush.panel(body, Face.BACK, new Patch(0, 0, 1, 0.24), 0x2A2C2F);
        brush.panel(body, Face.FRONT, new Patch(0.3, 0.45, 0.7, 0.78), 0x202226);
        brush.panel(body, Face.FRONT, new Patch(0.37, 0.12, 0.63, 0.32), 0xD4D6D0);
        brush.panel(body, Face.BACK, new Patch(0.37, 0.42, 0.63, 0.64), 0xD4D6D0);
        int seam = Colour.scale(paint, 0.62);
        for (Face side : new Face[] {Face.LEFT, Face.RIGHT}) {
            brush.panel(body, side, new Patch(0, 0, 1, 0.14), 0x2A2C2F);
            brush.panel(body, side, new Patch(0.495, 0.16, 0.505, 1), seam);
            brush.panel(body, side, new Patch(0.02, 0.66, 0.98, 0.7), seam);
        }
    }

    private static void windows(Brush brush, Block cabin) {
        brush.panel(cabin, Face.FRONT, new Patch(0.06, 0.08, 0.94, 0.94), 0x465A68);
        brush.panel(cabin, Face.BACK, new Patch(0.08, 0.16, 0.92, 0.92), GLASS);
        for (Face side : new Face[] {Face.LEFT, Face.RIGHT}) {
            brush.panel(cabin, side, new Patch(0.07, 0.14, 0.485, 0.88), GLASS);
            brush.panel(cabin, side, new Patch(0.525, 0.14, 0.93, 0.88), GLASS);
        }
        if (brush.resolves(0.1)) {
            brush.panel(cabin, Face.FRONT, new Patch(0.12, 0.55, 0.5, 0.9), 0x5C7484);
        }
    }
}
