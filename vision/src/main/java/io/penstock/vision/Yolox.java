package io.penstock.vision;

import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * YOLOX as its own exporter writes it: {@code [N,A,5+C]}, boxes as offsets in cells and logarithms of sizes, which
 * {@link YoloxDecoder} decodes; objectness and scores after the sigmoid. Input BGR in 0..255, letterbox at the top left
 * on gray 114.
 */
final class Yolox implements Family {
    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        List<TensorSignature> matrices = signature.matrices();
        if (matrices.size() != 1 || (signature.outputs().size() > 1 && !asked)) {
            return new Differs("has one output [N,A,5+C]");
        }
        TensorSignature output = matrices.getFirst();
        long anchors = output.shape().dimension(1);
        int classes = (int) output.shape().dimension(2) - 5;
        Optional<AnchorGrid> grid = anchors == Shape.ANY && asked
                ? Optional.of(AnchorGrid.usual(signature.size()))
                : AnchorGrid.find(signature.size(), anchors);
        if (grid.isEmpty() || classes < 1) {
            return new Differs(
                    "would have " + AnchorGrid.usual(signature.size()).sentence()
                            + ", each with 5 values and a score for each class");
        }
        int named = signature.names().size();
        if (named > 0 && named != classes && !asked) {
            return new Differs("would have " + classes + " classes in " + output.name() + output.shape()
                    + ", and the metadata name " + named);
        }
        return new Fits(
                Fit.TOP_LEFT,
                TensorFormat.plainBgr(signature.input().type()),
                output.name(),
                OutputLayout.ANCHORS_FIRST,
                classes,
                List.of(
                        "Output " + output.name() + output.shape() + " is [N,A,5+C] with " + classes
                                + " classes and A = " + grid.get().sentence() + ".",
                        "Boxes are taken as YOLOX's raw grid; a file exported with its decoding inside has the same"
                                + " shape and would give wrong boxes."));
    }

    @Override
    public DetectionDecoder decoder(Recognition.Detector detector, DetectionSettings settings) {
        return new YoloxDecoder(detector, settings);
    }
}
