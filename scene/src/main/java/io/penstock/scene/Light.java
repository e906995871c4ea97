package io.penstock.scene;

/**
 * The light of one scene: what the sky and the sun give to a surface, and how distance fades it.
 *
 * @param kind clear day, overcast day or dusk
 * @param ambient light from everywhere, 0xRRGGBB where 200 leaves a colour as it is
 * @param sun light of a surface turned to the sun, on the same scale
 * @param haze the colour into which distance fades
 * @param sunX east of the unit vector towards the sun
 * @param sunY north of it
 * @param sunZ up
 */
record Light(Kind kind, int ambient, int sun, int haze, double sunX, double sunY, double sunZ) {
    private static final double NEUTRAL = 200;
    private static final double HAZE_METRES = 260;

    enum Kind {
        CLEAR,
        OVERCAST,
        DUSK
    }

    static Light of(Dice dice) {
        double draw = dice.unit(0);
        Kind kind = draw < 0.45 ? Kind.CLEAR : draw < 0.65 ? Kind.OVERCAST : Kind.DUSK;
        double bearing = dice.between(1, 0, 2 * Math.PI);
        double height = kind == Kind.DUSK ? dice.between(2, 0.1, 0.2) : dice.between(2, 0.75, 1.05);
        double level = dice.between(3, 0.9, 1.08);
        double x = Math.cos(bearing) * Math.cos(height);
        double y = Math.sin(bearing) * Math.cos(height);
        double z = Math.sin(height);
        return switch (kind) {
            case CLEAR ->
                new Light(kind, Colour.scale(0x686F7C, level), Colour.scale(0x8C8672, level), 0xB4C6D8, x, y, z);
            case OVERCAST ->
                new Light(kind, Colour.scale(0x8A8E92, level), Colour.scale(0x2E2E2C, level), 0xA9AFB4, x, y, z);
            case DUSK ->
                new Light(kind, Colour.scale(0x484B66, level), Colour.scale(0x42281A, level), 0x5A4C60, x, y, z);
        };
    }

    boolean dusk() {
        return kind == Kind.DUSK;
    }

    /** How dark a shadow on the ground is, 0 to 1. */
    double shadow() {
        return switch (kind) {
            case CLEAR -> 0.45;
            case OVERCAST -> 0.16;
            case DUSK -> 0.12;
        };
    }

    /** The colour of a surface with this normal under this light. */
    int shade(int colour, double normalX, double normalY, double normalZ) {
        double facing = Math.max(0, normalX * sunX + normalY * sunY + normalZ * sunZ);
        // Upward faces see the whole sky, walls half of it, undersides the ground.
        double sky = 0.86 + 0.14 * normalZ;
        return Colour.of(
                Colour.red(colour) * (Colour.red(ambient) * sky + Colour.red(sun) * facing) / NEUTRAL,
                Colour.green(colour) * (Colour.green(ambient) * sky + Colour.green(sun) * facing) / NEUTRAL,
                Colour.blue(colour) * (Colour.blue(ambient) * sky + Colour.blue(sun) * facing) / NEUTRAL);
    }

    /** What {@code colour} looks like from {@code metres} away. */
    int fade(int colour, double metres) {
        return Colour.mix(colour, haze, 1 - Math.exp(-metres / HAZE_METRES));
    }
}
