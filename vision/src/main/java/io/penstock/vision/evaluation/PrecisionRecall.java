package io.penstock.vision.evaluation;

/** Precision against recall of one class at one overlap, from detections that come best first. For one thread. */
final class PrecisionRecall {
    private static final int RECALLS = 101;

    private final int truths;
    private final double[] recall;
    private final double[] precision;
    private final float[] scores;
    private int count;
    private int seen;
    private int found;

    /**
     * @param truths objects that had to be found, at least 1
     * @param most how many detections come at most
     */
    PrecisionRecall(int truths, int most) {
        this.truths = truths;
        this.recall = new double[most];
        this.precision = new double[most];
        this.scores = new float[most];
    }

    /** @param times how often the detection counts, at least 1 */
    void add(float score, boolean right, int times) {
        seen += times;
        found += right ? times : 0;
        recall[count] = (double) found / truths;
        precision[count] = (double) found / seen;
        scores[count] = score;
        count++;
    }

    /** Precision at the recalls 0, 0.01 .. 1, made monotonous as COCO does: the best that any higher recall has. */
    double[] points() {
        double[] highest = new double[count];
        double best = 0;
        for (int i = count - 1; i >= 0; i--) {
            best = Math.max(best, precision[i]);
            highest[i] = best;
        }
        double[] points = new double[RECALLS];
        int at = 0;
        for (int i = 0; i < RECALLS; i++) {
            // numpy's linspace(0, 1, 101) has these very doubles.
            double wanted = i == RECALLS - 1 ? 1 : i * 0.01;
            while (at < count && recall[at] < wanted) {
                at++;
            }
            points[i] = at < count ? highest[at] : 0;
        }
        return points;
    }

    /** The mean of {@link #points()}. */
    double average() {
        double sum = 0;
        for (double point : points()) {
            sum += point;
        }
        return sum / RECALLS;
    }

    /** The place on the curve where precision and recall have their highest harmonic mean. */
    AveragePrecision.Balance balance() {
        AveragePrecision.Balance best = new AveragePrecision.Balance(0, 0, 0);
        double highest = 0;
        for (int i = 0; i < count; i++) {
            // Of detections with one score a threshold takes all or none.
            if (i + 1 < count && scores[i + 1] == scores[i]) {
                continue;
            }
            double sum = precision[i] + recall[i];
            double mean = sum <= 0 ? 0 : 2 * precision[i] * recall[i] / sum;
            if (mean > highest) {
                highest = mean;
                best = new AveragePrecision.Balance(scores[i], precision[i], recall[i]);
            }
        }
        return best;
    }
}
