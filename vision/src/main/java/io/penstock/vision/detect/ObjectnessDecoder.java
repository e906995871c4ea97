package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Placement;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes rows of centre, size, objectness and a score for each class, all decoded and after the sigmoid; the score is
 * objectness x class. Behind the classes may stand coefficients of masks, with their prototypes in a second output.
 */
final class ObjectnessDecoder implements DetectionDecoder {
    private static final int OBJECTNESS = 4;
    private static final int CLASSES = 5;

    private final Selection selection;
    private final boolean masks;

    ObjectnessDecoder(Selection selection, boolean masks) {
        this.selection = selection;
        this.masks = masks;
    }

    @Override
    public List<Detection> decode(List<Tensor> outputs, Placement placement) {
        Matrix matrix = Matrix.of(outputs.getFirst());
        int coefficients = masks ? Math.toIntExact(outputs.get(1).shape().dimension(1)) : 0;
        selection.requireChannels(matrix.columns(), CLASSES + coefficients);
        Candidates candidates = new Candidates();
        float[] values = new float[matrix.columns()];
        for (int anchor = 0; anchor < matrix.rows(); anchor++) {
            // No class scores more than objectness does, and most anchors have next to none.
            float objectness = matrix.at(anchor, OBJECTNESS);
            if (objectness >= selection.least()) {
                matrix.read(anchor, values);
                candidates.centred(anchor, values[0], values[1], values[2], values[3]);
                selection.take(candidates, values, CLASSES, objectness);
            }
        }
        if (!masks) {
            return selection.finish(candidates, placement);
        }
        Prototypes prototypes = new Prototypes(outputs.get(1), placement);
        return selection.finish(candidates, placement, (found, row) -> {
            matrix.read(row, values);
            float[] own = Arrays.copyOfRange(values, CLASSES + selection.classCount(), values.length);
            return found.withMask(prototypes.mask(own, found.box()));
        });
    }
}
