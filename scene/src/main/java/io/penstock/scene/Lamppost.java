package io.penstock.scene;

/**
 * A street lamp.
 *
 * @param arm where its arm reaches: 1 to the east, -1 to the west
 */
record Lamppost(double x, double y, double arm) implements Actor {
    @Override
    public Footprint footprint() {
        return new Footprint(x - 0.2, x + 0.2, y - 0.2, y + 0.2);
    }

    @Override
    public void paintGround(Brush brush) {
        brush.place(Pose.standing(x, y, 0));
        brush.shadow(-0.06, 0.06, 0.06, 5);
        if (brush.light.dusk()) {
            brush.pool(new Point(arm * 1.5, 0, 0), 4.5, 0x4C4028);
        }
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        brush.place(Pose.standing(x, y, 0));
        cast.prop();
        int steel = brush.lit(0x4A5054);
        Point top = new Point(0, 0, 6.6);
        Point lamp = new Point(arm * 1.5, 0, 7);
        brush.limb(new Point(0, 0, 0), 0.1, top, 0.06, steel);
        brush.limb(top, lamp, 0.05, steel);
        boolean dusk = brush.light.dusk();
        brush.limb(lamp, lamp.plus(arm * 0.6, 0, 0.03), 0.09, dusk ? 0xF0DCA8 : brush.lit(0xB0B4B8));
        if (dusk) {
            brush.glow(lamp.plus(arm * 0.3, 0, 0), 1.3, 0x8C7440);
        }
    }
}
