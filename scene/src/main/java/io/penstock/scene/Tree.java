package io.penstock.scene;

/** A tree at the kerb. */
record Tree(Dice looks, double x, double y) implements Actor {
    @Override
    public Footprint footprint() {
        return new Footprint(x - 0.4, x + 0.4, y - 0.4, y + 0.4);
    }

    @Override
    public void paintGround(Brush brush) {
        brush.place(Pose.standing(x, y, 0));
        brush.shadow(-0.12, 0.12, 0.12, 3);
        for (int i = 0; i < 4; i++) {
            brush.place(Pose.standing(x + looks.between(i, -0.8, 0.8), y + looks.between(i + 9, -0.8, 0.8), 0));
            brush.shadow(-0.9, 0.9, 0.9, 3.4);
        }
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        brush.place(Pose.standing(x, y, 0));
        cast.prop();
        double size = looks.between(1, 0.85, 1.25);
        int leaf = looks.pick(2, 0x4C7A34, 0x3E6E3A, 0x5E8A38, 0x6E8A30, 0x94802C, 0x3A6444);
        brush.limb(new Point(0, 0, 0), 0.2 * size, new Point(0, 0, 3 * size), 0.12 * size, brush.lit(0x5A4636));
        brush.limb(new Point(0, 0, 2.2), new Point(0.7, 0, 3.4 * size), 0.06, brush.lit(0x4E3C30));
        brush.limb(new Point(0, 0, 2.2), new Point(-0.7, 0, 3.3 * size), 0.06, brush.lit(0x4E3C30));
        boolean far = brush.pixelsPerMetre() < 22;
        for (int layer = 0; layer < (far ? 2 : 3); layer++) {
            int colour = brush.lit(Colour.scale(leaf, 0.66 + 0.26 * layer));
            int leaves = far ? 4 : layer == 2 ? 5 : 7;
            for (int i = 0; i < leaves; i++) {
                int draw = 30 + 3 * (10 * layer + i);
                double turn = 2 * Math.PI * i / leaves + looks.between(draw, -0.3, 0.3);
                double out = (1.35 - 0.25 * layer) * looks.between(draw + 1, 0.7, 1.1) * size;
                Point centre = new Point(
                        out * Math.cos(turn) - 0.18 * layer,
                        -0.1 * layer,
                        (4.2 + 0.32 * layer) * size + 0.8 * out * Math.sin(turn));
                brush.ball(centre, (0.95 - 0.17 * layer) * looks.between(draw + 2, 0.8, 1.15) * size, colour);
            }
            brush.ball(new Point(-0.15 * layer, 0, (4.3 + 0.25 * layer) * size), (1.3 - 0.25 * layer) * size, colour);
        }
    }
}
