package io.penstock.vision.evaluation;

/** One frame of one class, compared: who was there, who was found, and how far their boxes overlap. */
final class TrackedFrame {
    private final int[] truths;
    private final int[] found;
    private final double[] overlap;

    /**
     * Takes the arrays over.
     *
     * @param truths numbers of the true objects' identities
     * @param found likewise of what was found
     * @param overlap intersection over union, {@code overlap[truth * found.length + found]}
     */
    TrackedFrame(int[] truths, int[] found, double[] overlap) {
        this.truths = truths;
        this.found = found;
        this.overlap = overlap;
    }

    int truthCount() {
        return truths.length;
    }

    int foundCount() {
        return found.length;
    }

    int truth(int index) {
        return truths[index];
    }

    int found(int index) {
        return found[index];
    }

    double overlap(int truth, int other) {
        return overlap[truth * found.length + other];
    }
}
