package io.penstock.vision.draw;

/** Red, green and blue, 0..255. */
record Colour(int red, int green, int blue) {
    static final Colour BLACK = new Colour(0, 0, 0);
    static final Colour WHITE = new Colour(255, 255, 255);

    /** Under what is said of the whole picture, which is of no class. */
    static final Colour DARK = new Colour(32, 32, 32);

    private static final double GOLDEN = 0.618033988749895;

    /**
     * A class's colour, always the same: hues a golden section apart, so that classes of near numbers look different,
     * with brightness in three steps.
     */
    static Colour ofClass(int classId) {
        double hue = (0.02 + GOLDEN * Math.floorMod(classId, 1000)) % 1;
        double value = 1 - 0.14 * Math.floorMod(classId, 3);
        return new Colour(part(hue, 5, value), part(hue, 3, value), part(hue, 1, value));
    }

    /** HSV to one part of RGB with a saturation of 0.8. */
    private static int part(double hue, int offset, double value) {
        double k = (offset + hue * 6) % 6;
        double share = 1 - 0.8 * Math.clamp(Math.min(k, 4 - k), 0.0, 1.0);
        return (int) Math.round(255 * value * share);
    }

    /** Black or white, whichever is read better on this. */
    Colour ink() {
        return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? BLACK : WHITE;
    }
}
