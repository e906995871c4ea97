package io.penstock.vision.detect;

/** Functions that exporters leave out of the graph. */
final class Activation {
    private Activation() {}

    static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    /** Where the sigmoid reaches this share; minus infinity for 0. */
    static float logit(float share) {
        return (float) Math.log(share / (1 - share));
    }

    static void sigmoid(float[] values, int from, int count) {
        for (int i = from; i < from + count; i++) {
            values[i] = sigmoid(values[i]);
        }
    }

    /** In place; not a number where one of the values is none. */
    static void softmax(float[] values, int from, int count) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            most = Math.max(most, values[i]);
        }
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            values[i] = (float) Math.exp(values[i] - most);
            sum += values[i];
        }
        for (int i = from; i < from + count; i++) {
            values[i] = (float) (values[i] / sum);
        }
    }
}
