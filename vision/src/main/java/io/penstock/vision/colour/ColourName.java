package io.penstock.vision.colour;

import java.util.List;
import java.util.Locale;

/**
 * The basic colour terms of Berlin and Kay, and cyan. A colour is named in OKLab (Ottosson, "A perceptual color space for image
 * processing", 2020), where equal distances look equal: by lightness and chroma whether it is a gray, else by hue.
 */
enum ColourName {
    BLACK,
    GRAY,
    WHITE,
    RED,
    ORANGE,
    BROWN,
    YELLOW,
    GREEN,
    CYAN,
    BLUE,
    PURPLE,
    PINK;

    private static final int BITS = 5;
    /** In the order that {@link #indexOf} counts. */
    static final List<ColourName> ALL = List.of(values());

    private static final byte[] TABLE = table();

    /** Names of all colours, at 5 bits a channel: what a camera's noise leaves of a colour. */
    private static byte[] table() {
        byte[] table = new byte[1 << (3 * BITS)];
        int mask = (1 << BITS) - 1;
        for (int i = 0; i < table.length; i++) {
            int red = i & mask;
            int green = (i >> BITS) & mask;
            int blue = i >> (2 * BITS);
            table[i] = (byte) ALL.indexOf(exact(255.0 * red / mask, 255.0 * green / mask, 255.0 * blue / mask));
        }
        return table;
    }

    /** Its place in {@link #ALL}, of sRGB values 0..255. */
    static int indexOf(int red, int green, int blue) {
        int shift = 8 - BITS;
        return TABLE[(red >> shift) | (green >> shift) << BITS | (blue >> shift) << (2 * BITS)];
    }

    private static ColourName exact(double red, double green, double blue) {
        double r = linear(red / 255);
        double g = linear(green / 255);
        double b = linear(blue / 255);
        double l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        double m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        double s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        double light = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
        double greenRed = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
        double blueYellow = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
        double chroma = Math.hypot(greenRed, blueYellow);
        if (light < 0.2 || (light < 0.32 && chroma < 0.06)) {
            return BLACK;
        }
        if (chroma < 0.04) {
            return light > 0.88 ? WHITE : GRAY;
        }
        return byHue((Math.toDegrees(Math.atan2(blueYellow, greenRed)) + 360) % 360, light, chroma);
    }

    private static double linear(double value) {
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    private static ColourName byHue(double hue, double light, double chroma) {
        if (hue < 42 || hue >= 345) {
            return light > 0.68 ? PINK : light < 0.45 && chroma < 0.09 ? BROWN : RED;
        }
        if (hue < 90) {
            return light < 0.62 ? BROWN : ORANGE;
        }
        if (hue < 120) {
            return light < 0.5 ? GREEN : YELLOW;
        }
        if (hue < 172) {
            return GREEN;
        }
        if (hue < 228) {
            return CYAN;
        }
        if (hue < 288) {
            return BLUE;
        }
        return light > 0.72 ? PINK : PURPLE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
