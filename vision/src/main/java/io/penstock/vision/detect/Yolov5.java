package io.penstock.vision.detect;

import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.vision.tensor.Fit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * YOLOv5, YOLOv7 and Ultralytics' YOLOv3 as exported with their decoding: {@code [N,A,5+C]} of centre, size, objectness
 * and scores, three anchors a cell. With masks, coefficients follow and prototypes are a second output. Further outputs of
 * rank 5 are the same boxes before decoding. Input RGB in 0..1, letterbox centred on gray 114.
 *
 * <p>YOLOv6 has one anchor a cell and the same columns, its objectness being 1.
 */
final class Yolov5 implements Family {
    /** Which of the layouts it is. */
    enum Kind {
        THREE_ANCHORS,
        THREE_ANCHORS_WITH_MASKS,
        ONE_ANCHOR
    }

    private static final int BEFORE_CLASSES = 5;

    private final Kind kind;

    Yolov5(Kind kind) {
        this.kind = kind;
    }

    private int anchorsOfCell() {
        return kind == Kind.ONE_ANCHOR ? 1 : 3;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        List<TensorSignature> matrices = signature.matrices();
        List<TensorSignature> maps = signature.floats(4);
        boolean masks = kind == Kind.THREE_ANCHORS_WITH_MASKS;
        boolean others = signature.outputs().stream()
                .allMatch(output ->
                        output.shape().rank() == 5 || matrices.contains(output) || (masks && maps.contains(output)));
        if (matrices.size() != 1 || masks == maps.isEmpty() || !others) {
            return new Differs(masks ? "has outputs [N,A,5+C+M] and [N,M,h,w]" : "has one output [N,A,5+C]");
        }
        TensorSignature output = matrices.getFirst();
        int coefficients = masks ? (int) maps.getFirst().shape().dimension(1) : 0;
        int classes = (int) output.shape().dimension(2) - BEFORE_CLASSES - coefficients;
        long anchors = output.shape().dimension(1);
        Optional<AnchorGrid> grid = anchors == Shape.ANY
                ? Optional.of(AnchorGrid.usual(signature.size()))
                : anchors % anchorsOfCell() == 0
                        ? AnchorGrid.find(signature.size(), anchors / anchorsOfCell())
                        : Optional.empty();
        if (grid.isEmpty() || classes < 1 || coefficients < 0) {
            return new Differs("would have " + anchorsOfCell() + " x "
                    + AnchorGrid.usual(signature.size()).sentence()
                    + ", each with 5 values and a score for each class");
        }
        if (signature.contradicts(classes) && !asked) {
            return new Differs("would have " + classes + " classes in " + DetectorSignature.shown(output)
                    + ", and the metadata name " + signature.names().size());
        }
        if (kind == Kind.ONE_ANCHOR && !asked && !output.name().equals("outputs")) {
            return new Differs("has its output called outputs, not " + output.name());
        }
        if (kind == Kind.ONE_ANCHOR && !asked && signature.hasOperator("Exp")) {
            return new Differs("decodes without the operator Exp, and the graph has one");
        }
        List<TensorSignature> outputs = new ArrayList<>(List.of(output));
        outputs.addAll(masks ? maps.subList(0, 1) : List.of());
        return new Fits(
                signature.strength(classes),
                outputs,
                classes,
                signature.unit(Fit.CENTRED, 114),
                List.of("Output " + DetectorSignature.shown(output) + " is [N,A,5+C" + (masks ? "+M" : "") + "] with "
                        + classes + (classes == 1 ? " class" : " classes")
                        + (anchors == Shape.ANY
                                ? "; how many anchors, it leaves open."
                                : " and A = " + anchorsOfCell() + " x ("
                                        + grid.get().sentence() + ").")),
                (labels, settings) -> new ObjectnessDecoder(new Selection(labels, settings), masks));
    }
}
