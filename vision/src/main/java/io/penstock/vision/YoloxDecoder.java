package io.penstock.vision;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.tensor.Tensor;
import java.util.List;

/**
 * Decodes YOLOX's raw grid: centre = (offset + cell) * stride, size = exp(value) * stride, score = objectness * class.
 */
final class YoloxDecoder implements DetectionDecoder {
    private static final int OBJECTNESS = 4;
    private static final int CLASSES = 5;

    private final Selection selection;

    YoloxDecoder(Recognition.Detector detector, DetectionSettings settings) {
        this.selection = new Selection(detector.labels(), settings);
    }

    @Override
    public List<Detection> decode(List<Tensor> outputs, Placement placement) {
        Matrix matrix = Matrix.of(outputs.getFirst());
        if (matrix.columns() != CLASSES + selection.classCount()) {
            throw new IllegalArgumentException(
                    "the output has " + matrix.columns() + " channels, not " + (CLASSES + selection.classCount()));
        }
        AnchorGrid grid = AnchorGrid.find(placement.target(), matrix.rows())
                .orElseThrow(() -> new IllegalArgumentException("the output has " + matrix.rows() + " anchors, not "
                        + AnchorGrid.usual(placement.target()).sentence()));
        Candidates candidates = new Candidates();
        float[] values = new float[matrix.columns()];
        int anchor = 0;
        for (int stride : grid.strides()) {
            int columns = grid.size().width() / stride;
            int cells = columns * (grid.size().height() / stride);
            for (int cell = 0; cell < cells; cell++, anchor++) {
                // No class scores more than objectness does, and most cells have next to none.
                if (matrix.at(anchor, OBJECTNESS) >= selection.least()) {
                    matrix.read(anchor, values);
                    place(values, cell % columns, cell / columns, stride);
                    take(values, candidates);
                }
            }
        }
        return selection.finish(candidates, placement);
    }

    /** Makes the first four values corners in network pixels. */
    private static void place(float[] values, int column, int row, int stride) {
        float x = (values[0] + column) * stride;
        float y = (values[1] + row) * stride;
        float halfWidth = (float) Math.exp(values[2]) * stride / 2;
        float halfHeight = (float) Math.exp(values[3]) * stride / 2;
        values[0] = x - halfWidth;
        values[1] = y - halfHeight;
        values[2] = x + halfWidth;
        values[3] = y + halfHeight;
    }

    private void take(float[] values, Candidates candidates) {
        int from = selection.isBestClassOnly() ? Math.max(0, selection.best(values, CLASSES)) : 0;
        int to = selection.isBestClassOnly() ? from + 1 : selection.classCount();
        for (int label = from; label < to; label++) {
            float score = values[OBJECTNESS] * values[CLASSES + label];
            if (selection.passes(score, label)) {
                candidates.add(values[0], values[1], values[2], values[3], score, label);
            }
        }
    }
}
