package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Classification;
import io.penstock.serving.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** One picture's row of numbers: scores of classes, or an embedding. */
public final class ScoreVector {
    /** By how much the sum of probabilities may miss 1; half precision misses it by that over a thousand classes. */
    private static final double SUM_TOLERANCE = 0.01;

    private final float[] values;

    private ScoreVector(float[] values) {
        this.values = values;
    }

    /** @throws IllegalArgumentException if the tensor is not of numbers */
    public static ScoreVector of(Tensor tensor) {
        Matrix row = Matrix.ofRow(tensor);
        float[] values = new float[tensor.shape().elementCount() == 0 ? 0 : row.columns()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.at(0, i);
        }
        return new ScoreVector(values);
    }

    /**
     * The best classes. Values that are no probabilities, being negative or not adding up to 1, go through a softmax; what is
     * not a number is left out.
     */
    public List<Classification> best(int most, List<String> labels) {
        float[] scores = values.clone();
        if (!areProbabilities()) {
            Activation.softmax(scores, 0, scores.length);
        }
        List<Integer> order = IntStream.range(0, scores.length)
                .filter(i -> !Float.isNaN(scores[i]))
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .limit(most)
                .toList();
        List<Classification> best = new ArrayList<>();
        for (int i : order) {
            best.add(new Classification(i < labels.size() ? labels.get(i) : Integer.toString(i), i, scores[i]));
        }
        return best;
    }

    private boolean areProbabilities() {
        double sum = 0;
        for (float value : values) {
            if (!(value >= 0 && value <= 1 + SUM_TOLERANCE)) {
                return false;
            }
            sum += value;
        }
        return Math.abs(sum - 1) <= SUM_TOLERANCE;
    }

    /** The values, scaled to a length of 1 where that is asked for and they have any. */
    public List<Float> embedding(boolean normalise) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        double length = normalise && squares > 0 ? Math.sqrt(squares) : 1;
        List<Float> scaled = new ArrayList<>(values.length);
        for (float value : values) {
            scaled.add((float) (value / length));
        }
        return scaled;
    }
}
