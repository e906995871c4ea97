package io.penstock.vision;

import java.util.Arrays;

/** Non-maximum suppression within each class: of boxes that overlap, the best remains. */
final class Suppression {
    private Suppression() {}

    /**
     * Indices of the boxes that remain, best first; among equal scores, the earlier first.
     *
     * @param classes how many there are
     * @param threshold a box goes where its overlap with a better one is larger than this
     * @param most stop after so many
     */
    static int[] keep(Candidates boxes, int classes, float threshold, int most) {
        long[] order = byScore(boxes);
        int[] kept = new int[Math.min(most, boxes.count())];
        // Each class is a chain through the kept ones, so that a box meets only its own kind.
        int[] newest = new int[classes];
        Arrays.fill(newest, -1);
        int[] earlier = new int[kept.length];
        int count = 0;
        for (int i = order.length - 1; i >= 0 && count < kept.length; i--) {
            int box = ~(int) order[i];
            int label = boxes.label[box];
            if (isCovered(boxes, box, kept, earlier, newest[label], threshold)) {
                continue;
            }
            kept[count] = box;
            earlier[count] = newest[label];
            newest[label] = count++;
        }
        return Arrays.copyOf(kept, count);
    }

    /** Scores are not negative, so their bits sort as they do; the index is inverted, for the earlier to come last. */
    private static long[] byScore(Candidates boxes) {
        long[] order = new long[boxes.count()];
        for (int i = 0; i < order.length; i++) {
            order[i] = ((long) Float.floatToRawIntBits(boxes.score[i]) << 32) | (~i & 0xFFFFFFFFL);
        }
        Arrays.sort(order);
        return order;
    }

    private static boolean isCovered(Candidates boxes, int box, int[] kept, int[] earlier, int from, float threshold) {
        float left = boxes.left[box];
        float top = boxes.top[box];
        float right = boxes.right[box];
        float bottom = boxes.bottom[box];
        float area = (right - left) * (bottom - top);
        for (int at = from; at >= 0; at = earlier[at]) {
            int other = kept[at];
            float otherLeft = boxes.left[other];
            float otherTop = boxes.top[other];
            float otherRight = boxes.right[other];
            float otherBottom = boxes.bottom[other];
            float width = Math.min(right, otherRight) - Math.max(left, otherLeft);
            float height = Math.min(bottom, otherBottom) - Math.max(top, otherTop);
            if (width > 0 && height > 0) {
                float shared = width * height;
                float union = area + (otherRight - otherLeft) * (otherBottom - otherTop) - shared;
                if (shared > threshold * union) {
                    return true;
                }
            }
        }
        return false;
    }
}
