package io.penstock.scene;

/** Paints what never moves: sky, ground, road, markings and houses. Done once for a scene. */
final class Backdrop {
    private static final int ASPHALT = 0x6A6C70;
    private static final int PAVEMENT = 0x9C9890;
    private static final int KERB = 0xB4B2AC;
    private static final int PAINT = 0xD8D8D0;
    private static final int CYCLE_WAY = 0x8C5448;

    private final Camera camera;
    private final Light light;
    private final Dice dice;
    private final Raster raster;
    private final Brush brush;

    Backdrop(Camera camera, Light light, Dice dice, int width, int height) {
        this.camera = camera;
        this.light = light;
        this.dice = dice;
        this.raster = new Raster(width, height);
        this.brush = new Brush(camera, light, raster);
    }

    /** Packed RGB. */
    byte[] paint() {
        sky();
        brush.place(Pose.standing(0, 0, 0));
        ground();
        road();
        markings();
        wear();
        weather();
        skyline();
        new Houses(brush, dice.child(7)).paint();
        return raster.rgb;
    }

    private void sky() {
        int zenith = switch (light.kind()) {
            case CLEAR -> dice.pick(0, 0x4C84C8, 0x5A94D0, 0x6A9CCC);
            case OVERCAST -> 0x969CA4;
            case DUSK -> dice.pick(0, 0x202848, 0x2A2A50, 0x1C2440);
        };
        int low = switch (light.kind()) {
            case CLEAR -> 0xC4D6E4;
            case OVERCAST -> 0xBCC0C4;
            case DUSK -> dice.pick(1, 0xC87850, 0xB0606C, 0xD08C58);
        };
        int end = (int) Math.clamp(camera.horizon() + 2, 1, raster.height);
        double[] xs = {0, raster.width, raster.width, 0};
        for (int row = 0; row < end; row++) {
            double[] ys = {row, row, row + 1, row + 1};
            raster.fill(xs, ys, 4, Colour.mix(zenith, low, Math.pow((row + 0.5) / end, 1.4)));
        }
        double scale = raster.width / 1280.0;
        for (int i = 0; i < 14; i++) {
            double x = dice.between(20 + i, 0, raster.width);
            double y = dice.between(40 + i, 0, camera.horizon() * 0.8);
            double wide = dice.between(60 + i, 60, 200) * scale;
            int colour = light.dusk() ? 0x381C18 : light.kind() == Light.Kind.CLEAR ? 0x3A342E : 0x141414;
            raster.glow(x, y, wide, wide * 0.16, colour);
            raster.glow(x + wide * 0.3, y - wide * 0.05, wide * 0.5, wide * 0.14, colour);
        }
    }

    private void ground() {
        double far = Street.FAR * 4;
        rectangle(-400, 400, 1, far, dice.pick(2, 0x7A8A58, 0x8A8A6C, 0x6E8450));
        rectangle(-60, 60, 1, Street.FAR, PAVEMENT);
        // Joints between the slabs of the pavements.
        int joint = Colour.scale(PAVEMENT, 0.86);
        for (int i = 0; i < 40; i++) {
            double y = 24 + 1.5 * i;
            rectangle(-13, 13, y, y + 0.05, joint);
            double x = -30 + 1.5 * i;
            rectangle(x, x + 0.05, 1, 30, joint);
        }
    }

    private void road() {
        double main = Street.MAIN_KERB;
        double kerb = 0.28;
        rectangle(-main - kerb, main + kerb, 0.8, Street.FAR, KERB);
        rectangle(-Street.PARKING_KERB - kerb, Street.PARKING_KERB + kerb, Street.PARKING_FROM, Street.FAR, KERB);
        rectangle(-80, 80, Street.SOUTH_KERB - kerb, Street.NORTH_KERB + kerb, KERB);
        rectangle(-main, main, 0.8, Street.FAR, ASPHALT);
        rectangle(-80, 80, Street.SOUTH_KERB, Street.NORTH_KERB, ASPHALT);
        int bay = Colour.scale(ASPHALT, 0.92);
        rectangle(-Street.PARKING_KERB, -main, Street.PARKING_FROM + 0.3, Street.FAR, bay);
        rectangle(main, Street.PARKING_KERB, Street.PARKING_FROM + 0.3, Street.FAR, bay);
        if (dice.chance(3, 0.6)) {
            int way = dice.chance(4, 0.5) ? CYCLE_WAY : 0x5E7C68;
            for (int side = -1; side <= 1; side += 2) {
                double inner = side * 3.65;
                double outer = side * 5.05;
                rectangle(Math.min(inner, outer), Math.max(inner, outer), 28.4, Street.FAR, way);
                double y = side < 0 ? 14.15 : 22.45;
                rectangle(-80, -10.5, y, y + 1.4, way);
                rectangle(10.5, 80, y, y + 1.4, way);
            }
        }
    }

    private void markings() {
        for (double y = 31; y < Street.FAR; y += 6) {
            rectangle(-0.08, 0.08, y, y + 3, PAINT);
        }
        for (double x = 12; x < 60; x += 6) {
            rectangle(x, x + 3, 18.92, 19.08, PAINT);
            rectangle(-x - 3, -x, 18.92, 19.08, PAINT);
        }
        for (int side = -1; side <= 1; side += 2) {
            double line = side * 3.55;
            rectangle(line - 0.06, line + 0.06, 29, Street.FAR, PAINT);
            for (int slot = 0; slot < 12; slot++) {
                double y = 35.5 + 8 * slot;
                rectangle(Math.min(side * 5.2, side * 7.4), Math.max(side * 5.2, side * 7.4), y, y + 0.12, PAINT);
            }
        }
        rectangle(-3.4, -0.2, 28.9, 29.35, PAINT);
        rectangle(0.2, 3.4, 9.2, 9.65, PAINT);
        rectangle(-10.95, -10.5, 15.9, 18.8, PAINT);
        rectangle(10.5, 10.95, 19.2, 22.2, PAINT);
        for (double x = -4.9; x < 4.8; x += 1) {
            rectangle(x, x + 0.52, 10.6, 12.9, PAINT);
            rectangle(x, x + 0.52, 25.5, 27.9, PAINT);
        }
        for (double y = 14.3; y < 23.8; y += 1) {
            rectangle(-10.2, -7.5, y, y + 0.52, PAINT);
            rectangle(7.5, 10.2, y, y + 0.52, PAINT);
        }
        arrow(1.8, 5.5);
        arrow(-1.8, 36);
    }

    private void arrow(double x, double y) {
        rectangle(x - 0.1, x + 0.1, y, y + 2.2, PAINT);
        brush.begin();
        brush.add(x - 0.4, y < 20 ? y + 2 : y + 0.2, 0);
        brush.add(x + 0.4, y < 20 ? y + 2 : y + 0.2, 0);
        brush.add(x, y < 20 ? y + 3.4 : y - 1.2, 0);
        brush.fill(light.shade(PAINT, 0, 0, 1));
    }

    /** Tracks of tyres, patches and manholes: what makes a road look driven on. */
    private void wear() {
        for (int side = -1; side <= 1; side += 2) {
            for (double track = 0.9; track < 3; track += 1.75) {
                blend(side * track - 0.28, side * track + 0.28, 1, Street.FAR, 0x303236, 0.13);
                double y = 19 + side * track;
                blend(-80, 80, y - 0.25, y + 0.25, 0x303236, 0.13);
            }
        }
        for (int i = 0; i < 14; i++) {
            double x = dice.between(100 + i, -4.6, 3);
            double y = dice.between(120 + i, 9, 70);
            double wide = dice.between(140 + i, 0.6, 2.2);
            blend(x, x + wide, y, y + dice.between(160 + i, 0.8, 5), i % 3 == 0 ? 0x9A9A98 : 0x26282C, 0.2);
        }
        for (int i = 0; i < 5; i++) {
            brush.begin();
            double x = dice.between(180 + i, -3, 3);
            double y = dice.between(190 + i, 13, 45);
            for (int corner = 0; corner < 14; corner++) {
                double turn = 2 * Math.PI * corner / 14;
                brush.add(x + 0.36 * Math.cos(turn), y + 0.36 * Math.sin(turn), 0);
            }
            brush.fill(light.shade(0x3C3E40, 0, 0, 1));
        }
    }

    /** Gives the ground its texture, and fades it into the distance. */
    private void weather() {
        double tilt = Math.atan2(camera.centreY - camera.horizon(), camera.focal);
        Dice texture = dice.child(9);
        for (int row = (int) Math.max(0, camera.horizon() + 1); row < raster.height; row++) {
            double down = tilt + Math.atan((row + 0.5 - camera.centreY) / camera.focal);
            double metres = down <= 0.002 ? 2000 : camera.z / Math.sin(down);
            for (int column = 0; column < raster.width; column++) {
                int at = 3 * (row * raster.width + column);
                double level = 1 + 0.07 * (texture.unit(row * raster.width + column) - 0.5);
                int colour = Colour.of(
                        (raster.rgb[at] & 255) * level,
                        (raster.rgb[at + 1] & 255) * level,
                        (raster.rgb[at + 2] & 255) * level);
                int faded = light.fade(colour, metres);
                raster.rgb[at] = (byte) Colour.red(faded);
                raster.rgb[at + 1] = (byte) Colour.green(faded);
                raster.rgb[at + 2] = (byte) Colour.blue(faded);
            }
        }
    }

    /** The town behind the last houses. */
    private void skyline() {
        double base = camera.horizon() + 3;
        double scale = raster.width / 1280.0;
        for (int layer = 0; layer < 2; layer++) {
            int colour = Colour.mix(light.haze(), light.shade(0x50586A, 0, -1, 0), 0.25 + 0.2 * layer);
            double x = -20;
            for (int i = 0; x < raster.width; i++) {
                int draw = 300 + 200 * layer + 2 * i;
                double wide = dice.between(draw, 24, 70) * scale;
                double high = dice.between(draw + 1, 10, 58 - 22 * layer) * scale;
                double[] xs = {x, x + wide, x + wide, x};
                double[] ys = {base - high, base - high, base, base};
                raster.fill(xs, ys, 4, colour);
                x += wide;
            }
        }
    }

    private void rectangle(double west, double east, double south, double north, int colour) {
        corners(west, east, south, north);
        brush.fill(light.shade(colour, 0, 0, 1));
    }

    private void blend(double west, double east, double south, double north, int colour, double share) {
        corners(west, east, south, north);
        brush.blend(light.shade(colour, 0, 0, 1), share);
    }

    private void corners(double west, double east, double south, double north) {
        brush.begin();
        brush.add(west, south, 0);
        brush.add(east, south, 0);
        brush.add(east, north, 0);
        brush.add(west, north, 0);
    }
}
