package io.penstock.vision.tensor;

import io.penstock.pipeline.frame.ColourSpace;

/**
 * Y, Cb, Cr to red, green, blue in fixed point with 16 bits, from the coefficients of ITU-R BT.601 and BT.709.
 *
 * @param black luma of black
 */
record ColourMatrix(int black, int luma, int redCr, int greenCb, int greenCr, int blueCb) {
    private static final int HALF = 1 << 15;

    static ColourMatrix of(ColourSpace space) {
        return switch (space) {
            case BT601_FULL -> of(0.299, 0.114, false);
            case BT601_LIMITED -> of(0.299, 0.114, true);
            case BT709_FULL -> of(0.2126, 0.0722, false);
            case BT709_LIMITED -> of(0.2126, 0.0722, true);
        };
    }

    private static ColourMatrix of(double red, double blue, boolean limited) {
        double green = 1 - red - blue;
        double luma = limited ? 255.0 / 219 : 1;
        double chroma = limited ? 255.0 / 224 : 1;
        return new ColourMatrix(
                limited ? 16 : 0,
                fixed(luma),
                fixed(chroma * 2 * (1 - red)),
                fixed(-chroma * 2 * (1 - blue) * blue / green),
                fixed(-chroma * 2 * (1 - red) * red / green),
                fixed(chroma * 2 * (1 - blue)));
    }

    private static int fixed(double value) {
        return (int) Math.rint(value * (1 << 16));
    }

    /**
     * Packs pixels as {@code red | green << 8 | blue << 16}, one of every four.
     *
     * @param y four samples in each int; {@code cb} and {@code cr} likewise, of the same width
     * @param shift which of the four: 0, 8, 16 or 24
     * @param packed indexed as the samples are: C2 would not vectorise a store at another index than the loads'
     */
    void convert(int[] y, int[] cb, int[] cr, int shift, int[] packed) {
        int base = black;
        int ky = luma;
        int kr = redCr;
        int kgb = greenCb;
        int kgr = greenCr;
        int kb = blueCb;
        for (int x = 0; x < packed.length; x++) {
            int light = (((y[x] >>> shift) & 0xFF) - base) * ky + HALF;
            int u = ((cb[x] >>> shift) & 0xFF) - 128;
            int v = ((cr[x] >>> shift) & 0xFF) - 128;
            int red = Math.min(255, Math.max(0, (light + v * kr) >> 16));
            int green = Math.min(255, Math.max(0, (light + u * kgb + v * kgr) >> 16));
            int blue = Math.min(255, Math.max(0, (light + u * kb) >> 16));
            packed[x] = red | (green << 8) | (blue << 16);
        }
    }
}
