package io.penstock.scene;

import io.penstock.scene.Block.Face;
import io.penstock.scene.Block.Patch;

/** The houses along the main road, and parks where one is missing. */
final class Houses {
    private static final int[] WALLS = {
        0xB89878, 0x9C5C48, 0xC8BCA4, 0x8C8E90, 0xA8744C, 0xD0C8B8, 0x7A8494, 0xA84C3C, 0xB4AC90, 0x6E747C
    };
    private static final double FLOOR = 3.2;
    private static final double SHOP = 4;

    private final Brush brush;
    private final Dice dice;

    Houses(Brush brush, Dice dice) {
        this.brush = brush;
        this.dice = dice;
    }

    void paint() {
        double[] starts = new double[24];
        int count = 0;
        double y = 30.5;
        while (y < Street.FAR && count < starts.length) {
            starts[count] = y;
            y += dice.between(count, 9, 17);
            count++;
        }
        for (int i = count - 2; i >= 0; i--) {
            for (int side = -1; side <= 1; side += 2) {
                Dice own = dice.child(10L * i + side);
                if (i > 0 && own.chance(0, 0.14)) {
                    park(own, side, starts[i], starts[i + 1]);
                } else {
                    house(own, side, starts[i], starts[i + 1]);
                }
            }
        }
    }

    private void park(Dice own, int side, double south, double north) {
        Cast nobody = new Cast(brush.raster, brush);
        for (int row = 2; row >= 0; row--) {
            for (double y = north - 1; y > south; y -= 4.5) {
                new Tree(own.child((long) (10 * y) + row), side * (15 + 6.0 * row), y).paint(brush, nobody);
            }
        }
        brush.raster.own((short) 0);
    }

    private void house(Dice own, int side, double south, double north) {
        double deep = own.between(1, 12, 18);
        double setback = Street.BUILDING_LINE + own.between(2, 0, 0.8);
        int floors = 2 + own.below(3, 4);
        double high = SHOP + floors * FLOOR + own.between(4, 0.4, 1.2);
        int wall = Colour.scale(own.pick(5, WALLS), own.between(6, 0.88, 1.08));
        brush.place(Pose.standing(side * (setback + deep / 2), (south + north) / 2, 0));
        Block house = Block.upright(-deep / 2, deep / 2, (north - south) / 2, 0, high);
        brush.block(house, wall);
        Face street = side < 0 ? Face.FRONT : Face.BACK;
        facade(own.child(1), house, street, north - south, wall);
        facade(own.child(2), house, Face.RIGHT, deep, wall);
        double rim = 0.35;
        Block cornice = Block.upright(-deep / 2 - rim, deep / 2 + rim, (north - south) / 2 + rim, high - 0.5, high);
        brush.block(cornice, Colour.scale(wall, 0.72));
    }

    private void facade(Dice own, Block house, Face face, double wide, int wall) {
        if (!brush.sees(house, face)) {
            return;
        }
        double high = house.high();
        int frame = Colour.mix(wall, 0xE0DCD4, 0.55);
        int columns = (int) Math.max(2, wide / 2.7);
        int floors = (int) ((high - SHOP - 0.4) / FLOOR);
        double pitch = 1.0 / columns;
        boolean balconies = own.chance(0, 0.3);
        for (int floor = 0; floor < floors; floor++) {
            double sill = SHOP + floor * FLOOR + 0.8;
            for (int column = 0; column < columns; column++) {
                double left = (column + 0.24) * pitch;
                double right = (column + 0.76) * pitch;
                brush.panel(
                        house,
                        face,
                        patch(left - 0.02 * pitch, sill - 0.12, right + 0.02 * pitch, sill + 1.85, high),
                        frame);
                glass(own, 10 + 16 * floor + column, house, face, patch(left, sill, right, sill + 1.75, high));
                brush.panel(
                        house,
                        face,
                        patch(
                                (left + right) / 2 - 0.01 * pitch,
                                sill,
                                (left + right) / 2 + 0.01 * pitch,
                                sill + 1.75,
                                high),
                        frame);
                if (balconies && column % 2 == 0) {
                    brush.panel(
                            house,
                            face,
                            patch(left - 0.1 * pitch, sill - 0.3, right + 0.1 * pitch, sill + 0.6, high),
                            Colour.scale(wall, 0.5));
                }
            }
        }
        shop(own, house, face, high, columns);
    }

    private void shop(Dice own, Block house, Face face, double high, int columns) {
        int base = own.pick(1, 0x4A4644, 0x5C4634, 0x3E4A4C, 0x70685C);
        int awning = own.pick(2, 0xB83028, 0x2C6A54, 0x2C4C88, 0xD0A030, 0x7C2C50);
        brush.panel(house, face, patch(0, 0, 1, SHOP - 0.3, high), base);
        double pitch = 1.0 / columns;
        for (int column = 0; column < columns; column++) {
            boolean door = column == columns / 2;
            Patch pane = patch((column + 0.1) * pitch, door ? 0.1 : 0.6, (column + 0.9) * pitch, 2.6, high);
            if (brush.light.dusk() && own.chance(200 + column, 0.75)) {
                brush.lamp(house, face, pane, own.pick(3, 0xD8B878, 0xC8C09C, 0xE0C088));
            } else {
                brush.panel(house, face, pane, 0x3A4852);
            }
        }
        brush.panel(house, face, patch(0.02, 2.65, 0.98, 3.45, high), awning);
        if (own.chance(4, 0.6)) {
            for (double left = 0.02; left < 0.95; left += 0.08) {
                brush.panel(house, face, patch(left, 2.65, left + 0.04, 3.45, high), 0xD8D4CC);
            }
        }
    }

    private void glass(Dice own, int draw, Block house, Face face, Patch pane) {
        if (brush.light.dusk() && own.chance(draw, 0.38)) {
            brush.lamp(house, face, pane, own.pick(draw + 1000, 0xD0A860, 0xC0A878, 0xB89C60, 0xA8A498));
        } else {
            brush.panel(house, face, pane, own.chance(draw, 0.7) ? 0x44545F : 0x5C6E7A);
        }
    }

    private static Patch patch(double left, double low, double right, double up, double high) {
        return new Patch(left, low / high, right, up / high);
    }
}
