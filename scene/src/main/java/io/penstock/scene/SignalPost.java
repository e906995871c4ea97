package io.penstock.scene;

import io.penstock.scene.Block.Face;
import io.penstock.scene.Block.Patch;
import io.penstock.scene.Street.Aspect;
import java.util.List;

/**
 * A pole with traffic lights.
 *
 * @param arm how far its arm reaches over the road, metres to the east (negative: west); 0 where it has none
 */
record SignalPost(double x, double y, double arm, List<Head> heads) implements Actor {
    private static final int DARK_RED = 0x421412;
    private static final int DARK_YELLOW = 0x42340E;
    private static final int DARK_GREEN = 0x0E3A22;

    /**
     * One traffic light.
     *
     * @param heading the way it looks, radians from east
     * @param aside metres to the east of the pole
     * @param low height of its lower edge
     */
    record Head(long identity, double heading, double aside, double low, Aspect aspect) {}

    SignalPost {
        heads = List.copyOf(heads);
    }

    @Override
    public Footprint footprint() {
        return new Footprint(x - 0.5 + Math.min(0, arm), x + 0.5 + Math.max(0, arm), y - 0.3, y + 0.3);
    }

    @Override
    public void paintGround(Brush brush) {
        brush.place(Pose.standing(x, y, 0));
        brush.shadow(-0.08, 0.08, 0.08, 4.5);
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        brush.place(Pose.standing(x, y, 0));
        cast.prop();
        int steel = brush.lit(0x585E60);
        double top = arm == 0 ? 4.5 : 5.9;
        brush.limb(new Point(0, 0, 0), 0.11, new Point(0, 0, top), 0.08, steel);
        brush.block(Block.upright(-0.2, 0.2, 0.2, 0, 0.3), 0x606466);
        if (arm != 0) {
            brush.limb(new Point(0, 0, top - 0.1), 0.08, new Point(arm, 0, top + 0.1), 0.05, steel);
        }
        for (Head head : heads) {
            if (arm == 0 && head.aside != 0) {
                brush.place(Pose.standing(x, y, 0));
                cast.prop();
                brush.limb(new Point(0, 0, 3.5), new Point(head.aside, 0, 3.5), 0.05, steel);
            }
            head(brush, cast, head);
        }
    }

    private void head(Brush brush, Cast cast, Head head) {
        double out = 0.12;
        brush.place(Pose.standing(
                x + head.aside + out * Math.cos(head.heading), y + out * Math.sin(head.heading), head.heading));
        cast.object(StreetScene.TRAFFIC_LIGHT, head.identity);
        Block plate = Block.upright(-0.03, 0.03, 0.4, head.low, head.low + 1.64);
        Block housing = Block.upright(0.02, 0.26, 0.22, head.low + 0.1, head.low + 1.54);
        if (brush.viewX() < 0) {
            brush.block(housing, 0x24272A);
            brush.block(plate, 0x34383C);
            return;
        }
        brush.block(plate, 0x16181A);
        brush.panel(plate, Face.FRONT, new Patch(0, 0, 1, 0.025), 0xC8C8C0);
        brush.panel(plate, Face.FRONT, new Patch(0, 0.975, 1, 1), 0xC8C8C0);
        brush.panel(plate, Face.FRONT, new Patch(0, 0, 0.05, 1), 0xC8C8C0);
        brush.panel(plate, Face.FRONT, new Patch(0.95, 0, 1, 1), 0xC8C8C0);
        brush.block(housing, 0x2A2E30);
        lens(brush, head, 2, head.aspect == Aspect.RED || head.aspect == Aspect.RED_YELLOW ? 0xF03020 : DARK_RED);
        lens(brush, head, 1, head.aspect == Aspect.YELLOW || head.aspect == Aspect.RED_YELLOW ? 0xF0BC20 : DARK_YELLOW);
        lens(brush, head, 0, head.aspect == Aspect.GREEN ? 0x30F090 : DARK_GREEN);
    }

    private static void lens(Brush brush, Head head, int place, int colour) {
        double z = head.low + 0.36 + 0.46 * place;
        brush.disc(new Point(0.27, 0, z), 0.185, Face.FRONT, colour);
        if (brush.resolves(0.1)) {
            brush.block(Block.upright(0.26, 0.44, 0.19, z + 0.165, z + 0.2), 0x1C1F21);
        }
        boolean lit = colour != DARK_RED && colour != DARK_YELLOW && colour != DARK_GREEN;
        if (lit && brush.sees(Face.FRONT, 0.27)) {
            double radius = brush.light.dusk() ? 0.75 : 0.3;
            brush.glow(new Point(0.3, 0, z), radius, Colour.scale(colour, brush.light.dusk() ? 0.5 : 0.35));
        }
    }
}
