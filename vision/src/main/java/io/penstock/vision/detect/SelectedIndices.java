package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import java.util.List;

/**
 * Models that give all boxes {@code [N,A,4]}, all scores {@code [N,C,A]} and, from ONNX's NonMaxSuppression, which of them
 * remain: INT64 or INT32 {@code [n,3]} of picture, class, box. That operator's corners are y1, x1, y2, x2, and so are
 * YOLOv3's of the ONNX model zoo, in the pixels that the second input names.
 */
final class SelectedIndices implements Family {
    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        List<TensorSignature> indices = signature.outputs().stream()
                .filter(DetectorSignature::isInteger)
                .filter(output -> output.shape().rank() >= 2
                        && output.shape().dimension(output.shape().rank() - 1) == 3)
                .toList();
        List<TensorSignature> matrices = signature.matrices();
        List<TensorSignature> boxes = matrices.stream()
                .filter(output -> output.shape().dimension(2) == 4)
                .toList();
        List<TensorSignature> scores =
                matrices.stream().filter(output -> !boxes.contains(output)).toList();
        if (indices.size() != 1 || boxes.size() != 1 || scores.size() != 1) {
            return new Differs("has outputs [N,A,4], [N,C,A] and [n,3] of INT64");
        }
        Shape shape = scores.getFirst().shape();
        int classes = (int) shape.dimension(1);
        if (classes < 1) {
            return new Differs(
                    "has its scores as [N,C,A], and " + DetectorSignature.shown(scores.getFirst()) + " leaves C open");
        }
        return new Fits(
                Strength.NAMED,
                List.of(boxes.getFirst(), scores.getFirst(), indices.getFirst()),
                classes,
                signature.unit(Fit.CENTRED, 128),
                List.of("Output " + DetectorSignature.shown(indices.getFirst()) + " selects from boxes "
                        + DetectorSignature.shown(boxes.getFirst()) + " and scores "
                        + DetectorSignature.shown(scores.getFirst()) + " with " + classes
                        + " classes, as NonMaxSuppression gives it; corners are y1, x1, y2, x2."),
                (labels, settings) -> new Selected(new Selection(labels, settings.withoutSuppression())));
    }

    /** Reads what is selected; an index that is out of bounds names nothing. */
    private record Selected(Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            Matrix boxes = Matrix.ofColumns(outputs.getFirst(), 4);
            Matrix scores = Matrix.ofColumns(outputs.get(1), Math.max(1, boxes.rows()));
            Matrix indices = Matrix.ofColumns(outputs.get(2), 3);
            Candidates candidates = new Candidates();
            for (int i = 0; i < indices.rows(); i++) {
                int label = (int) indices.at(i, 1);
                int box = (int) indices.at(i, 2);
                if (label >= 0 && label < scores.rows() && box >= 0 && box < boxes.rows()) {
                    candidates.corners(box, boxes.at(box, 1), boxes.at(box, 0), boxes.at(box, 3), boxes.at(box, 2));
                    selection.takeOne(candidates, scores.at(label, box), label);
                }
            }
            return selection.finish(candidates, placement);
        }
    }
}
