package io.penstock.vision.detect;

import java.util.Arrays;

/**
 * Boxes that passed the threshold, in arrays that grow by doubling: no object for each. A box is placed first and then
 * added for each class that it counts for. For one thread.
 */
final class Candidates {
    private static final int START = 256;

    float[] left = new float[START];
    float[] top = new float[START];
    float[] right = new float[START];
    float[] bottom = new float[START];
    float[] score = new float[START];
    int[] label = new int[START];

    /** Which of the output's rows a box is from: there lie its mask and its key points. */
    int[] row = new int[START];

    private int count;
    private float x1;
    private float y1;
    private float x2;
    private float y2;
    private int itsRow;

    int count() {
        return count;
    }

    /** The box that is added next, by its corners in the network's pixels. */
    void corners(int fromRow, float newLeft, float newTop, float newRight, float newBottom) {
        itsRow = fromRow;
        x1 = newLeft;
        y1 = newTop;
        x2 = newRight;
        y2 = newBottom;
    }

    /** The box that is added next, by its centre and size. */
    void centred(int fromRow, float centreX, float centreY, float width, float height) {
        float halfWidth = width / 2;
        float halfHeight = height / 2;
        corners(fromRow, centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight);
    }

    /** Adds the box placed last; one that is empty, or not a number, is left out. */
    void add(float itsScore, int itsLabel) {
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
        row[count] = itsRow;
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
        row = Arrays.copyOf(row, size);
    }
}
