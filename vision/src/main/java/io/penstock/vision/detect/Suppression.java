package io.penstock.vision.detect;

import java.util.Arrays;

/** Non-maximum suppression, within each class or over all: of boxes that overlap, the best remains. */
final class Suppression {
    /** Scores fall into so many bins by the leading bits of their float: two bins a factor of 1.03 apart in score. */
    private static final int SHIFT = 18;

    private static final int BINS = 1 << 13;

    private Suppression() {}

    /** Indices of the boxes that remain, best first; among equal scores, the earlier first. */
    static int[] keep(Candidates boxes, DetectionSettings settings) {
        int[] kept = new int[Math.min(settings.maxDetections(), boxes.count())];
        // Each class is a chain through the kept ones, so that a box meets only its own kind.
        int[] newest = new int[settings.agnostic() ? 1 : 1 + mostLabel(boxes)];
        Arrays.fill(newest, -1);
        int[] earlier = new int[kept.length];
        BestFirst order = new BestFirst(boxes);
        int count = 0;
        while (count < kept.length) {
            int box = order.next();
            if (box < 0) {
                break;
            }
            int chain = settings.agnostic() ? 0 : boxes.label[box];
            if (isCovered(boxes, box, kept, earlier, newest[chain], settings.iouThreshold())) {
                continue;
            }
            kept[count] = box;
            earlier[count] = newest[chain];
            newest[chain] = count++;
        }
        return Arrays.copyOf(kept, count);
    }

    private static int mostLabel(Candidates boxes) {
        int most = 0;
        for (int i = 0; i < boxes.count(); i++) {
            most = Math.max(most, boxes.label[i]);
        }
        return most;
    }

    /**
     * Gives boxes by falling score without sorting all: they are counted into bins, and a bin is sorted when its turn
     * comes. Of 25 200 boxes mostly a few hundred are ever asked for.
     */
    static final class BestFirst {
        private final long[] order;
        private final int[] starts;
        private int bin = BINS;
        private int at;
        private int end;

        BestFirst(Candidates boxes) {
            int count = boxes.count();
            this.order = new long[count];
            this.starts = new int[BINS + 1];
            for (int i = 0; i < count; i++) {
                starts[bin(boxes.score[i]) + 1]++;
            }
            for (int i = 0; i < BINS; i++) {
                starts[i + 1] += starts[i];
            }
            int[] next = Arrays.copyOf(starts, BINS);
            for (int i = 0; i < count; i++) {
                // Scores are not negative, so their bits sort as they do; the index is inverted, for the earlier to
                // come
                // last.
                order[next[bin(boxes.score[i])]++] =
                        ((long) Float.floatToRawIntBits(boxes.score[i]) << 32) | (~i & 0xFFFFFFFFL);
            }
        }

        private static int bin(float score) {
            return Math.max(0, Float.floatToRawIntBits(score) >> SHIFT);
        }

        /** The index of the next box, or -1. */
        int next() {
            while (at == end) {
                if (bin == 0) {
                    return -1;
                }
                bin--;
                at = starts[bin];
                end = starts[bin + 1];
                Arrays.sort(order, at, end);
            }
            end--;
            return ~(int) order[end];
        }
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
