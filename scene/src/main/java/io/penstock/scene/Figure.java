package io.penstock.scene;

/** How a person looks: colours and size by the dice, joints given by who walks or rides. */
final class Figure {
    private static final int[] SKINS = {0xE0B090, 0xD09A78, 0xA87048, 0x7C4C30, 0xC88E68};
    private static final int[] HAIRS = {0x2A1E18, 0x4C3420, 0x181414, 0x8C6A38, 0x9A9A98, 0x6A2E1A};
    private static final int[] TOPS = {
        0xC23030, 0x2E62B4, 0xE0E0DC, 0x30343C, 0x2F8052, 0xE0B428, 0x8C3C90, 0xE07830, 0x58A8B8, 0x7A6A54, 0xD88CA8
    };
    private static final int[] LEGS = {0x26304C, 0x2C2E34, 0x5C6470, 0x6E5A40, 0x1E2024, 0x8C8470, 0x3C5478};

    final double size;
    private final Brush brush;
    private final int skin;
    private final int hair;
    private final int top;
    private final int legs;
    private final int shoes;
    private final double view;

    Figure(Brush brush, Dice looks) {
        this.brush = brush;
        this.size = looks.between(10, 0.92, 1.1);
        this.skin = brush.lit(looks.pick(11, SKINS));
        this.hair = brush.lit(looks.pick(12, HAIRS));
        this.top = brush.lit(looks.pick(13, TOPS));
        this.legs = brush.lit(looks.pick(14, LEGS));
        this.shoes = brush.lit(looks.pick(15, 0x1C1C1E, 0xD8D8D4, 0x5A3A24));
        // 1 where the camera looks at the chest or the back, 0 from the side.
        this.view = Math.abs(brush.viewX()) / Math.max(0.1, Math.hypot(brush.viewX(), brush.viewY()));
    }

    void leg(Point hip, Point knee, Point ankle) {
        int colour = legs;
        brush.limb(hip, 0.1 * size, knee, 0.075 * size, colour);
        brush.limb(knee, 0.075 * size, ankle, 0.055 * size, colour);
        brush.limb(ankle.plus(-0.03, 0, -0.03), ankle.plus(0.15, 0, -0.04), 0.05 * size, shoes);
    }

    /** @param shade 1 for the arm nearer to the camera, less for the other */
    void arm(Point shoulder, Point elbow, Point hand, double shade) {
        int sleeve = Colour.scale(top, shade);
        brush.limb(shoulder, 0.065 * size, elbow, 0.055 * size, sleeve);
        brush.limb(elbow, 0.055 * size, hand, 0.045 * size, sleeve);
        brush.ball(hand, 0.05 * size, skin);
    }

    void torso(Point hips, Point chest) {
        brush.limb(hips, (0.115 + 0.045 * view) * size, hips.plus(0, 0, 0.08), (0.115 + 0.04 * view) * size, legs);
        brush.limb(
                Point.between(hips, chest, 0.28),
                (0.12 + 0.035 * view) * size,
                chest,
                (0.125 + 0.085 * view) * size,
                top);
    }

    void head(Point centre) {
        brush.limb(centre.plus(0, 0, -0.2), centre.plus(0, 0, -0.1), 0.05 * size, skin);
        boolean fromBehind = brush.viewX() < -Math.abs(brush.viewY());
        brush.ball(centre.plus(-0.02, 0, 0.025), 0.125 * size, hair);
        if (!fromBehind) {
            brush.ball(centre.plus(0.035, 0, -0.02), 0.105 * size, skin);
        }
    }

    void helmet(Point centre, int colour) {
        int lit = brush.lit(colour);
        brush.limb(centre.plus(-0.07, 0, 0.06), centre.plus(0.06, 0, 0.07), 0.1 * size, lit);
    }

    void backpack(Point chest, int colour) {
        brush.limb(chest.plus(-0.2, 0, -0.02), chest.plus(-0.2, 0, -0.26), 0.13 * size, brush.lit(colour));
    }
}
