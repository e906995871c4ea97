package io.penstock.scene;

import io.penstock.scene.Block.Face;
import io.penstock.scene.Block.Patch;

/** Head lamps and rear lamps of a motor vehicle, lit at dusk. */
final class Lamps {
    private static final int HEAD = 0xF0ECD8;
    private static final int REAR = 0xB01818;

    private Lamps() {}

    /** Two lamps each on the front and the back of {@code block}, between the heights {@code low} and {@code high}. */
    static void paint(Brush brush, Block block, double low, double high, boolean braking) {
        if (!brush.resolves(0.15)) {
            return;
        }
        boolean dusk = brush.light.dusk();
        int rear = dusk || braking ? 0xF03024 : REAR;
        for (int side = 0; side < 2; side++) {
            double left = side == 0 ? 0.05 : 0.75;
            Patch patch = new Patch(left, low, left + 0.2, high);
            if (dusk || braking) {
                brush.lamp(block, Face.BACK, patch, rear);
            } else {
                brush.panel(block, Face.BACK, patch, rear);
            }
            if (dusk) {
                brush.lamp(block, Face.FRONT, patch, HEAD);
            } else {
                brush.panel(block, Face.FRONT, patch, 0xE8ECF0);
            }
        }
        if (dusk) {
            halo(brush, block, (low + high) / 2);
        }
    }

    /** The light that the head lamps throw on the road. */
    static void beam(Brush brush, double front) {
        if (brush.light.dusk()) {
            // Light on the ground is the softer the farther: patches that overlap less and less.
            for (int i = 0; i < 4; i++) {
                brush.pool(new Point(front + 1 + 1.9 * i, 0, 0), 1.3 + 0.45 * i, Colour.scale(0x5C5440, 1 - 0.2 * i));
            }
        }
    }

    private static void halo(Brush brush, Block block, double height) {
        for (Face face : new Face[] {Face.FRONT, Face.BACK}) {
            if (brush.sees(block, face)) {
                int colour = face == Face.FRONT ? 0x8C8460 : 0x50100C;
                double radius = face == Face.FRONT ? 0.75 : 0.4;
                brush.glow(block.at(face, 0.15, height), radius, colour);
                brush.glow(block.at(face, 0.85, height), radius, colour);
            }
        }
    }
}
