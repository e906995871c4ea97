package io.penstock.scene;

import io.penstock.scene.Block.Face;
import io.penstock.scene.Block.Patch;
import io.penstock.scene.Block.Taper;

/** A city bus: long, with a row of windows. */
record Bus(Dice looks, Pose pose, long identity) implements Actor {
    static final double LENGTH = 11.2;
    private static final int[] PAINTS = {0xDCA81C, 0xC42A22, 0x2464B0, 0xE2E4E4, 0x2E8A50, 0xD87A20};
    private static final int[] STRIPES = {0xE6E6E2, 0x203A78, 0xE0B820, 0x2A2C30};

    @Override
    public Footprint footprint() {
        return Footprint.of(pose, LENGTH / 2, 1.28);
    }

    @Override
    public void paintGround(Brush brush) {
        brush.place(pose);
        brush.shadow(-5.55, 5.55, 1.22, 2.9);
        Lamps.beam(brush, LENGTH / 2);
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        brush.place(pose);
        cast.object(StreetScene.BUS, identity);
        int paint = looks.pick(1, PAINTS);
        int stripe = looks.pick(2, STRIPES);
        Block skirt = Block.upright(-5.5, 5.5, 1.2, 0.2, 0.45);
        Block body = new Block(-5.6, 5.6, 1.26, 0.42, 3.05, new Taper(0.06, 0.14, 0.08));
        brush.block(skirt, 0x1C1D20);
        brush.block(body, paint);
        sides(brush, body, paint, stripe);
        ends(brush, body, paint);
        Wheels.paint(brush, pose, 1.25, 0.48, -3.1, 3.4);
        brush.block(Block.upright(-2.4, 0.6, 0.8, 3.0, 3.28), Colour.mix(paint, 0xD8D8D8, 0.7));
        Lamps.paint(brush, body, 0.06, 0.15, pose.speed() < 2);
    }

    private void sides(Brush brush, Block body, int paint, int stripe) {
        int glass = windows(brush);
        for (Face side : new Face[] {Face.LEFT, Face.RIGHT}) {
            brush.panel(body, side, new Patch(0, 0.2, 1, 0.32), stripe);
            brush.panel(body, side, new Patch(0, 0.93, 1, 1), Colour.scale(paint, 0.75));
            if (!brush.sees(body, side)) {
                continue;
            }
            for (int i = 0; i < 8; i++) {
                double left = 0.03 + i * 0.119;
                Patch window = new Patch(left, 0.46, left + 0.107, 0.88);
                if (brush.light.dusk()) {
                    brush.lamp(body, side, window, glass);
                } else {
                    brush.panel(body, side, window, glass);
                }
            }
        }
        // Doors are at the right, before and behind the middle.
        for (double left : new double[] {0.86, 0.42}) {
            brush.panel(body, Face.RIGHT, new Patch(left, 0.05, left + 0.095, 0.88), 0x26303A);
            brush.panel(body, Face.RIGHT, new Patch(left + 0.044, 0.05, left + 0.051, 0.88), Colour.scale(paint, 0.8));
        }
    }

    private int windows(Brush brush) {
        return brush.light.dusk() ? looks.pick(3, 0xC8B078, 0xB8B48C, 0x9C9478) : 0x38505E;
    }

    private static void ends(Brush brush, Block body, int paint) {
        brush.panel(body, Face.FRONT, new Patch(0.05, 0.3, 0.95, 0.82), 0x3E525F);
        brush.panel(body, Face.FRONT, new Patch(0.49, 0.3, 0.51, 0.82), 0x20242A);
        brush.panel(body, Face.FRONT, new Patch(0.1, 0.84, 0.9, 0.97), 0x141414);
        brush.lamp(body, Face.FRONT, new Patch(0.2, 0.87, 0.62, 0.94), 0xE88C18);
        brush.panel(body, Face.FRONT, new Patch(0, 0, 1, 0.05), Colour.scale(paint, 0.5));
        brush.panel(body, Face.BACK, new Patch(0.12, 0.5, 0.88, 0.84), 0x34444F);
        brush.panel(body, Face.BACK, new Patch(0.12, 0.16, 0.88, 0.4), Colour.scale(paint, 0.7));
    }
}
