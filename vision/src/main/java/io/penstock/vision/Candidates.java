package io.penstock.vision;

import java.util.Arrays;

/** Boxes that passed the threshold, in arrays that grow by doubling: no object for each. For one thread. */
final class Candidates {
    private static final int START = 256;

    float[] left = new float[START];
    float[] top = new float[START];
    float[] right = new float[START];
    float[] bottom = new float[START];
    float[] score = new float[START];
    int[] label = new int[START];
    private int count;

    int count() {
        return count;
    }

    /** Adds a box given by its corners; one that is empty, or not a number, is left out. */
    void add(float x1, float y1, float x2, float y2, float itsScore, int itsLabel) {
        float width = x2 - x1;
        float height = y2 - y1;
        // Written so that NaN fails it too.
        if (!(width > 0 && height > 0 && width < Float.POSITIVE_INFINITY && height < Float.POSITIVE_INFINITY)) {
            return;
        }
        if (count == score.length) {
            grow();
        }
        left[count] = x1;
        top[count] = y1;
        right[count] = x2;
        bottom[count] = y2;
        score[count] = itsScore;
        label[count] = itsLabel;
        count++;
    }

    private void grow() {
        int size = 2 * count;
        left = Arrays.copyOf(left, size);
        top = Arrays.copyOf(top, size);
        right = Arrays.copyOf(right, size);
        bottom = Arrays.copyOf(bottom, size);
        score = Arrays.copyOf(score, size);
        label = Arrays.copyOf(label, size);
    }
}
