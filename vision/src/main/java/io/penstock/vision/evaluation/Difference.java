package io.penstock.vision.evaluation;

/**
 * How much better one detector scored than another on the same pictures.
 *
 * @param map50 its mAP50 less the other's
 * @param map50To95 likewise
 * @param low the 95 % interval of {@code map50}, from the 2.5th percentile over resampled sets of pictures (the paired
 *     bootstrap, Efron and Tibshirani 1993)
 * @param high its other end
 */
public record Difference(double map50, double map50To95, double low, double high) {
    /** Whether the interval leaves out 0: other pictures of the same kind would hardly turn the order round. */
    public boolean isClear() {
        return low > 0 || high < 0;
    }
}
