package io.penstock.vision;

import java.util.List;
import java.util.Optional;

/** Cells of an input at several strides, one anchor each: the order in which one-stage detectors give their boxes. */
record AnchorGrid(Size size, List<Integer> strides) {
    private static final List<List<Integer>> USUAL =
            List.of(List.of(8, 16, 32), List.of(8, 16, 32, 64), List.of(4, 8, 16, 32));

    /** The grid with the usual strides that has this many anchors. */
    static Optional<AnchorGrid> find(Size size, long anchors) {
        return USUAL.stream()
                .map(strides -> new AnchorGrid(size, strides))
                .filter(grid -> grid.anchors() == anchors)
                .findFirst();
    }

    static AnchorGrid usual(Size size) {
        return new AnchorGrid(size, USUAL.getFirst());
    }

    /** How many anchors there are, or -1 where a stride does not divide the size. */
    long anchors() {
        long sum = 0;
        for (int stride : strides) {
            if (size.width() % stride != 0 || size.height() % stride != 0) {
                return -1;
            }
            sum += (long) (size.width() / stride) * (size.height() / stride);
        }
        return sum;
    }

    /** {@code 1664 + 416 + 104 = 2184 cells at strides 8, 16 and 32 of 416 x 256}. */
    String sentence() {
        StringBuilder sum = new StringBuilder();
        for (int stride : strides) {
            sum.append(sum.isEmpty() ? "" : " + ").append((size.width() / stride) * (size.height() / stride));
        }
        return sum + " = " + anchors() + " cells at strides "
                + strides.toString().replaceAll("[\\[\\]]", "") + " of " + size;
    }
}
