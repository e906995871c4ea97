package io.penstock.vision.detect;

import io.penstock.vision.tensor.Size;
import java.util.List;
import java.util.Optional;

/**
 * Cells of an input at several strides: the order in which one-stage detectors give their boxes. A stride that does not
 * divide the input has cells that reach beyond it.
 */
record AnchorGrid(Size size, List<Integer> strides) {
    private static final List<List<Integer>> USUAL =
            List.of(List.of(8, 16, 32), List.of(8, 16, 32, 64), List.of(4, 8, 16, 32), List.of(16, 32));

    /** The grid with the usual strides that has this many cells. */
    static Optional<AnchorGrid> find(Size size, long cells) {
        return USUAL.stream()
                .map(strides -> new AnchorGrid(size, strides))
                .filter(grid -> grid.cells() == cells)
                .findFirst();
    }

    static AnchorGrid usual(Size size) {
        return new AnchorGrid(size, USUAL.getFirst());
    }

    int columns(int stride) {
        return (size.width() + stride - 1) / stride;
    }

    int rows(int stride) {
        return (size.height() + stride - 1) / stride;
    }

    /** How many cells there are. */
    long cells() {
        long sum = 0;
        for (int stride : strides) {
            sum += (long) columns(stride) * rows(stride);
        }
        return sum;
    }

    /** {@code 1664 + 416 + 104 = 2184 cells at strides 8, 16, 32 of 416 x 256}. */
    String sentence() {
        StringBuilder sum = new StringBuilder();
        for (int stride : strides) {
            sum.append(sum.isEmpty() ? "" : " + ").append(columns(stride) * rows(stride));
        }
        return sum + " = " + cells() + " cells at strides " + strides.toString().replaceAll("[\\[\\]]", "") + " of "
                + size;
    }
}
