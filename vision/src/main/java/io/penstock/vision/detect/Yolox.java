package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.TensorFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * YOLOX: {@code [N,A,5+C]}, one anchor a cell, objectness and scores after the sigmoid. As its exporter writes it by
 * default the boxes are a raw grid: centre = (offset + cell) x stride, size = exp(value) x stride; with
 * {@code --decode_in_inference} they are in pixels. Both have one shape; the graph tells them apart, for decoding needs the
 * operator Exp. Input BGR in 0..255, letterbox at the top left on gray 114; before version 0.1.1 RGB, normalised as
 * ImageNet's, which nothing in the file tells.
 */
final class Yolox implements Family {
    /** How its boxes and its input are meant. */
    enum Kind {
        RAW,
        DECODED,
        LEGACY
    }

    private static final int OBJECTNESS = 4;
    private static final int CLASSES = 5;

    private final Kind kind;

    Yolox(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        if (kind == Kind.LEGACY && !asked) {
            return new Differs("is taken only where the document asks for it: its shapes are those of yolox");
        }
        List<TensorSignature> matrices = signature.matrices();
        if (matrices.size() != 1 || (signature.outputs().size() > 1 && !asked)) {
            return new Differs("has one output [N,A,5+C]");
        }
        TensorSignature output = matrices.getFirst();
        long anchors = output.shape().dimension(1);
        int classes = (int) output.shape().dimension(2) - CLASSES;
        Optional<AnchorGrid> grid = anchors == Shape.ANY
                ? Optional.of(AnchorGrid.usual(signature.size()))
                : AnchorGrid.find(signature.size(), anchors);
        if (grid.isEmpty() || classes < 1) {
            return new Differs(
                    "would have " + AnchorGrid.usual(signature.size()).sentence()
                            + ", each with 5 values and a score for each class");
        }
        if (signature.contradicts(classes) && !asked) {
            return new Differs("would have " + classes + " classes in " + DetectorSignature.shown(output)
                    + ", and the metadata name " + signature.names().size());
        }
        if (!asked && Yolov8.isUltralytics(signature)) {
            return new Differs("is not exported by Ultralytics, whose metadata these are");
        }
        if (!asked && kind == Kind.RAW && signature.hasOperator("Exp")) {
            return new Differs("leaves decoding to us, and the graph's operator Exp says that it decodes");
        }
        if (!asked && kind == Kind.DECODED && signature.lacksOperator("Exp")) {
            return new Differs("decodes with the operator Exp, and the graph has none");
        }
        return fits(signature, output, classes, grid.get());
    }

    private Fits fits(DetectorSignature signature, TensorSignature output, int classes, AnchorGrid grid) {
        List<String> evidence = new ArrayList<>();
        evidence.add("Output " + DetectorSignature.shown(output) + " is [N,A,5+C] with " + classes
                + (classes == 1 ? " class" : " classes")
                + (output.shape().dimension(1) == Shape.ANY
                        ? "; how many anchors, it leaves open."
                        : " and A = " + grid.sentence() + "."));
        if (kind == Kind.DECODED) {
            evidence.add("Boxes are taken as decoded, in pixels of the network's input.");
        } else {
            evidence.add("Boxes are taken as YOLOX's raw grid"
                    + (signature.lacksOperator("Exp")
                            ? ", since the graph has no operator Exp, which decoding needs."
                            : "; a file exported with its decoding inside has the same shape."));
        }
        if (kind != Kind.LEGACY) {
            evidence.add("A model trained before YOLOX 0.1.1 takes other colours: layout yoloxLegacy.");
        }
        return new Fits(
                signature.strength(classes),
                List.of(output),
                classes,
                kind == Kind.LEGACY
                        ? signature.imageNet(Fit.TOP_LEFT, 114)
                        : signature.plain(Fit.TOP_LEFT, TensorFormat.Order.BGR, 114),
                evidence,
                (labels, settings) -> kind == Kind.DECODED
                        ? new ObjectnessDecoder(new Selection(labels, settings), false)
                        : new RawGrid(new Selection(labels, settings)));
    }

    /** Reads the raw grid. */
    private record RawGrid(Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            Matrix matrix = Matrix.of(outputs.getFirst());
            selection.requireChannels(matrix.columns(), CLASSES);
            AnchorGrid grid = AnchorGrid.find(placement.target(), matrix.rows())
                    .orElseThrow(() -> new IllegalArgumentException("the output has " + matrix.rows() + " anchors, not "
                            + AnchorGrid.usual(placement.target()).sentence()));
            Candidates candidates = new Candidates();
            float[] values = new float[matrix.columns()];
            int anchor = 0;
            for (int stride : grid.strides()) {
                int columns = grid.columns(stride);
                int cells = columns * grid.rows(stride);
                for (int cell = 0; cell < cells; cell++, anchor++) {
                    // No class scores more than objectness does, and most cells have next to none.
                    float objectness = matrix.at(anchor, OBJECTNESS);
                    if (objectness >= selection.least()) {
                        matrix.read(anchor, values);
                        int line = cell / columns;
                        candidates.centred(
                                anchor,
                                (values[0] + cell % columns) * stride,
                                (values[1] + line) * stride,
                                (float) Math.exp(values[2]) * stride,
                                (float) Math.exp(values[3]) * stride);
                        selection.take(candidates, values, CLASSES, objectness);
                    }
                }
            }
            return selection.finish(candidates, placement);
        }
    }
}
