package io.penstock.vision.tensor;

/** One source row scaled horizontally: each colour as fixed point with 7 bits. For one thread. */
final class ScaledRow {
    final int[] red;
    final int[] green;
    final int[] blue;
    private int row = -1;

    ScaledRow(int width) {
        this.red = new int[width];
        this.green = new int[width];
        this.blue = new int[width];
    }

    boolean holds(int wanted) {
        return row == wanted;
    }

    void nowHolds(int filled) {
        row = filled;
    }
}
