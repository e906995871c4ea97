package io.penstock.scene;

/** Sine and cosine of the {@value #PARTS} parts of a full turn, looked up. */
final class Turn {
    static final int PARTS = 24;
    private static final double[] COS = new double[PARTS];

    static {
        for (int i = 0; i < PARTS; i++) {
            COS[i] = Math.cos(2 * Math.PI * i / PARTS);
        }
    }

    private Turn() {}

    static double cos(int part) {
        return COS[part];
    }

    static double sin(int part) {
        return COS[part < PARTS / 4 ? part + PARTS * 3 / 4 : part - PARTS / 4];
    }
}
