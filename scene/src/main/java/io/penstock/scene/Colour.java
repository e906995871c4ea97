package io.penstock.scene;

/** Arithmetic on colours packed as 0xRRGGBB. No channel exceeds {@link #MAX}: the rest is room for the grain. */
final class Colour {
    /** The brightest a channel gets before {@link Grain} adds its 0 to 15. */
    static final int MAX = 240;

    private Colour() {}

    static int red(int colour) {
        return colour >> 16 & 255;
    }

    static int green(int colour) {
        return colour >> 8 & 255;
    }

    static int blue(int colour) {
        return colour & 255;
    }

    static int of(double red, double green, double blue) {
        return channel(red) << 16 | channel(green) << 8 | channel(blue);
    }

    /** {@code from} at 0, {@code to} at 1. */
    static int mix(int from, int to, double share) {
        return of(
                red(from) + (red(to) - red(from)) * share,
                green(from) + (green(to) - green(from)) * share,
                blue(from) + (blue(to) - blue(from)) * share);
    }

    static int scale(int colour, double factor) {
        return of(red(colour) * factor, green(colour) * factor, blue(colour) * factor);
    }

    private static int channel(double value) {
        return (int) Math.clamp(value, 0, MAX);
    }
}
