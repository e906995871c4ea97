package io.penstock.scene;

import io.penstock.scene.Block.Face;
import io.penstock.scene.Block.Patch;
import io.penstock.scene.Block.Taper;

/** A lorry: a cab before a box for cargo. */
record Truck(Dice looks, Pose pose, long identity, boolean parked) implements Actor {
    static final double LENGTH = 7.6;
    private static final int[] CABS = {0xC8281E, 0x2458A4, 0xE0E2E4, 0xD8901C, 0x2C6A48, 0x3A3E46, 0x7A2A6A};
    private static final int[] BOXES = {0xE0E0DC, 0xC8CCD0, 0xA89878, 0x4C78A8, 0x8E5A3A, 0xB8BC98, 0x6E7478};

    @Override
    public Footprint footprint() {
        return Footprint.of(pose, LENGTH / 2, 1.22);
    }

    @Override
    public void paintGround(Brush brush) {
        brush.place(pose);
        brush.shadow(-3.75, 3.7, 1.15, 2.9);
        if (!parked) {
            Lamps.beam(brush, LENGTH / 2);
        }
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        brush.place(pose);
        cast.object(StreetScene.TRUCK, identity);
        double high = looks.between(1, 3.0, 3.5);
        Block chassis = Block.upright(-3.7, 3.6, 1.0, 0.4, 0.9);
        Block cab = new Block(1.85, 3.75, 1.15, 0.55, 2.65, new Taper(0, 0.28, 0.08));
        Block box = Block.upright(-3.78, 1.65, 1.2, 0.92, high);
        brush.block(chassis, 0x2A2B2E);
        if (brush.viewX() > 1.75) {
            cargo(brush, box);
            cabin(brush, cab);
        } else {
            cabin(brush, cab);
            cargo(brush, box);
        }
        Wheels.paint(brush, pose, 1.16, 0.47, -2.7, -1.65, 2.6);
        Lamps.paint(brush, chassis, 0.3, 0.75, !parked && pose.speed() < 2);
    }

    private void cabin(Brush brush, Block cab) {
        int paint = looks.pick(2, CABS);
        brush.block(cab, paint);
        brush.panel(cab, Face.FRONT, new Patch(0.06, 0.48, 0.94, 0.88), 0x41535F);
        brush.panel(cab, Face.FRONT, new Patch(0.12, 0.1, 0.88, 0.38), Colour.scale(paint, 0.4));
        brush.panel(cab, Face.FRONT, new Patch(0, 0, 1, 0.08), 0x303236);
        if (!brush.light.dusk()) {
            brush.panel(cab, Face.FRONT, new Patch(0.02, 0.1, 0.12, 0.2), 0xE8ECF0);
            brush.panel(cab, Face.FRONT, new Patch(0.88, 0.1, 0.98, 0.2), 0xE8ECF0);
        } else if (!parked) {
            Lamps.paint(brush, cab, 0.08, 0.18, false);
        }
        brush.panel(cab, Face.LEFT, new Patch(0.12, 0.5, 0.72, 0.86), 0x34444F);
        brush.panel(cab, Face.RIGHT, new Patch(0.28, 0.5, 0.88, 0.86), 0x34444F);
        brush.panel(cab, Face.LEFT, new Patch(0.74, 0.05, 0.76, 0.95), Colour.scale(paint, 0.6));
        brush.panel(cab, Face.RIGHT, new Patch(0.24, 0.05, 0.26, 0.95), Colour.scale(paint, 0.6));
    }

    private void cargo(Brush brush, Block box) {
        int paint = looks.pick(3, BOXES);
        int trim = looks.pick(4, CABS);
        brush.block(box, paint);
        for (Face side : new Face[] {Face.LEFT, Face.RIGHT}) {
            brush.panel(box, side, new Patch(0, 0, 1, 0.05), Colour.scale(paint, 0.6));
            switch (looks.below(5, 3)) {
                case 0 -> brush.panel(box, side, new Patch(0, 0.3, 1, 0.5), trim);
                case 1 -> brush.panel(box, side, new Patch(0.25, 0.3, 0.75, 0.75), trim);
                default -> ribs(brush, box, side, Colour.scale(paint, 0.8));
            }
        }
        brush.panel(box, Face.BACK, new Patch(0.04, 0.04, 0.96, 0.96), Colour.scale(paint, 0.86));
        brush.panel(box, Face.BACK, new Patch(0.485, 0.04, 0.515, 0.96), Colour.scale(paint, 0.5));
        brush.panel(box, Face.BACK, new Patch(0, 0, 1, 0.05), 0xC02020);
    }

    private static void ribs(Brush brush, Block box, Face side, int colour) {
        if (brush.resolves(0.2)) {
            for (int i = 1; i < 12; i++) {
                brush.panel(box, side, new Patch(i / 12.0, 0.05, i / 12.0 + 0.018, 0.97), colour);
            }
        }
    }
}
