package io.penstock.vision;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.tensor.Tensor;
import java.util.List;

/**
 * Decodes Ultralytics' output: rows (or columns) x, y of the centre, width, height, then a score for each class.
 *
 * <p>Lying channel by channel it is scanned for its best scores as integers, whose order is that of the scores: C2
 * vectorises that, and only the few anchors that pass are looked at one by one.
 */
final class Yolov8Decoder implements DetectionDecoder {
    private static final int BOX = 4;

    private final OutputLayout layout;
    private final Selection selection;

    Yolov8Decoder(Recognition.Detector detector, DetectionSettings settings) {
        this.layout = detector.layout();
        this.selection = new Selection(detector.labels(), settings);
    }

    @Override
    public List<Detection> decode(List<Tensor> outputs, Placement placement) {
        Matrix matrix = Matrix.of(outputs.getFirst());
        boolean channelsFirst = layout == OutputLayout.CHANNELS_FIRST;
        int channels = channelsFirst ? matrix.rows() : matrix.columns();
        if (channels != BOX + selection.classCount()) {
            throw new IllegalArgumentException(
                    "the output has " + channels + " channels, not " + (BOX + selection.classCount()));
        }
        Candidates candidates = new Candidates();
        if (channelsFirst) {
            scanChannels(matrix, candidates);
        } else {
            scanAnchors(matrix, candidates);
        }
        return selection.finish(candidates, placement);
    }

    private void scanAnchors(Matrix matrix, Candidates candidates) {
        float[] values = new float[matrix.columns()];
        for (int anchor = 0; anchor < matrix.rows(); anchor++) {
            matrix.read(anchor, values);
            take(values, candidates);
        }
    }

    private void scanChannels(Matrix matrix, Candidates candidates) {
        int anchors = matrix.columns();
        int[] best = new int[anchors];
        int[] row = new int[anchors];
        for (int channel = BOX; channel < matrix.rows(); channel++) {
            matrix.readBits(channel, row);
            raise(best, row);
        }
        int least = Float.floatToRawIntBits(selection.least());
        float[] values = new float[matrix.rows()];
        for (int anchor = 0; anchor < anchors; anchor++) {
            // NaN has larger bits than any number: it comes through here and is sorted out by comparing floats.
            if (best[anchor] >= least) {
                for (int channel = 0; channel < values.length; channel++) {
                    values[channel] = matrix.at(channel, anchor);
                }
                take(values, candidates);
            }
        }
    }

    private static void raise(int[] best, int[] row) {
        for (int i = 0; i < best.length; i++) {
            best[i] = Math.max(best[i], row[i]);
        }
    }

    /** One anchor's values. */
    private void take(float[] values, Candidates candidates) {
        if (selection.isBestClassOnly()) {
            int best = selection.best(values, BOX);
            if (best >= 0) {
                takeClass(values, best, candidates);
            }
            return;
        }
        for (int i = 0; i < selection.classCount(); i++) {
            takeClass(values, i, candidates);
        }
    }

    private void takeClass(float[] values, int label, Candidates candidates) {
        float score = values[BOX + label];
        if (selection.passes(score, label)) {
            float halfWidth = values[2] / 2;
            float halfHeight = values[3] / 2;
            candidates.add(
                    values[0] - halfWidth,
                    values[1] - halfHeight,
                    values[0] + halfWidth,
                    values[1] + halfHeight,
                    score,
                    label);
        }
    }
}
