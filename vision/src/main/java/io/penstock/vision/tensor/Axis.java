package io.penstock.vision.tensor;

/**
 * Where each visible row or column of the target reads its source, and with what weights: one axis of a bilinear
 * resize with half-pixel centres.
 *
 * <p>Weights are those of OpenCV's INTER_LINEAR on 8-bit pictures: fixed point with 11 bits.
 */
final class Axis {
    private static final int ONE = 2048;

    /** Index of the first of two samples. */
    final int[] first;

    /** Index of the other. */
    final int[] second;

    /** Weight of the first, 0..2048. */
    final int[] near;

    /** Weight of the second. */
    final int[] far;

    private Axis(int count) {
        this.first = new int[count];
        this.second = new int[count];
        this.near = new int[count];
        this.far = new int[count];
    }

    /**
     * The columns: the second sample always follows the first, so that one past the row's end may be read, with weight 0.
     *
     * @param source samples along the source
     * @param content samples that the whole source is scaled to
     * @param from first one wanted of them
     * @param count how many are wanted
     */
    static Axis ofColumns(int source, int content, int from, int count, Resampling how) {
        Axis axis = of(source, content, from, count, how);
        for (int i = 0; i < count; i++) {
            if (axis.first[i] == axis.second[i]) {
                axis.second[i]++;
                axis.near[i] = ONE;
                axis.far[i] = 0;
            }
        }
        return axis;
    }

    /** The rows: at the picture's edges both samples are the same row, under both weights, as OpenCV has it. */
    static Axis ofRows(int source, int content, int from, int count, Resampling how) {
        return of(source, content, from, count, how);
    }

    private static Axis of(int source, int content, int from, int count, Resampling how) {
        Axis axis = new Axis(count);
        double scale = 1 / ((double) content / source);
        for (int i = 0; i < count; i++) {
            int index;
            float fraction;
            if (how == Resampling.AREA) {
                // INTER_AREA where the picture grows: a pixel is one of the source's, or the mean of the two it
                // touches.
                index = (int) Math.floor((from + i) * scale);
                fraction = (float) ((from + i + 1) - (index + 1) / scale);
                fraction = fraction <= 0 ? 0 : fraction - (float) Math.floor(fraction);
            } else {
                float position = (float) ((from + i + 0.5) * scale - 0.5);
                index = (int) Math.floor(position);
                fraction = position - index;
            }
            axis.first[i] = Math.clamp(index, 0, source - 1);
            axis.second[i] = Math.clamp(index + 1L, 0, source - 1);
            axis.near[i] = (int) Math.rint((1 - fraction) * ONE);
            axis.far[i] = (int) Math.rint(fraction * ONE);
        }
        return axis;
    }
}
