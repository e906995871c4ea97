package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.TensorFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Two outputs, boxes {@code [N,A,4]} as corners in 0..1 and scores {@code [N,A,C]} that are probabilities. In the SSD line
 * (UltraFace among it) class 0 is the background; YOLOv3 and YOLOv4 as pytorch-YOLOv4 exports them, decoded, with boxes
 * {@code [N,A,1,4]}, have none.
 */
final class BoxesAndScores implements Family {
    private final boolean background;

    BoxesAndScores(boolean background) {
        this.background = background;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        List<TensorSignature> candidates = signature.outputs().stream()
                .filter(output -> DetectorSignature.isFloat(output) && isBoxes(output))
                .toList();
        // Scores of four classes have the boxes' shape; then the names must tell.
        List<TensorSignature> boxes = candidates.size() < 2
                ? candidates
                : candidates.stream()
                        .filter(output -> output.name().toLowerCase(Locale.ROOT).contains("box"))
                        .toList();
        List<TensorSignature> scores = signature.matrices().stream()
                .filter(output -> !boxes.contains(output))
                .toList();
        if (boxes.size() != 1 || scores.size() != 1 || signature.outputs().size() != 2) {
            return new Differs("has outputs [N,A,4] and [N,A,C]");
        }
        TensorSignature first = boxes.getFirst();
        TensorSignature second = scores.getFirst();
        long anchors = first.shape().dimension(1);
        int channels = (int) second.shape().dimension(2);
        int classes = background ? channels - 1 : channels;
        if ((anchors >= 0 && !DetectorSignature.isOrOpen(second.shape().dimension(1), anchors)) || classes < 1) {
            return new Differs("has a row of scores for each box, and " + DetectorSignature.shown(second)
                    + " are not for " + DetectorSignature.shown(first));
        }
        if (!asked && signature.named("pred_boxes").isPresent()) {
            return new Differs("has its boxes as corners, and pred_boxes are centres and sizes");
        }
        if (signature.contradicts(classes) && !asked) {
            return new Differs("would have " + classes + " classes, and the metadata name "
                    + signature.names().size());
        }
        if (!asked && background == (first.shape().rank() == 4)) {
            return new Differs(background ? "has its boxes as [N,A,4]" : "has its boxes as [N,A,1,4]");
        }
        boolean face = background
                && channels == 2
                && first.name().toLowerCase(Locale.ROOT).contains("boxes");
        List<String> evidence = new ArrayList<>();
        evidence.add("Outputs " + DetectorSignature.shown(first) + " and " + DetectorSignature.shown(second)
                + " are boxes as corners in 0..1 and scores of " + classes + (classes == 1 ? " class" : " classes")
                + (background ? ", behind that of the background." : "."));
        return new Fits(
                face ? Strength.USUAL : signature.strength(classes),
                List.of(first, second),
                classes,
                preprocessing(signature),
                evidence,
                (labels, settings) -> new Pair(background ? 1 : 0, new Selection(labels, settings)));
    }

    private Preprocessing preprocessing(DetectorSignature signature) {
        if (!background) {
            return signature.unit(Fit.STRETCH, 0);
        }
        // pytorch-ssd, from which UltraFace comes: (pixel - 127) / 128.
        List<Float> middle = List.of(127f, 127f, 127f);
        return signature.preprocessing(Fit.STRETCH, TensorFormat.Order.RGB, 1, middle, List.of(128f, 128f, 128f), 0);
    }

    private static boolean isBoxes(TensorSignature output) {
        int rank = output.shape().rank();
        boolean flat = rank == 3 && output.shape().dimension(2) == 4;
        boolean nested =
                rank == 4 && output.shape().dimension(3) == 4 && output.shape().dimension(2) == 1;
        return flat || nested;
    }

    /** Reads both. */
    private record Pair(int first, Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            Matrix boxes = Matrix.ofColumns(outputs.getFirst(), 4);
            Matrix scores = Matrix.of(outputs.get(1));
            selection.requireChannels(scores.columns(), first);
            if (scores.rows() != boxes.rows()) {
                throw new IllegalArgumentException(
                        "there are " + boxes.rows() + " boxes and scores for " + scores.rows());
            }
            int width = placement.target().width();
            int height = placement.target().height();
            Candidates candidates = new Candidates();
            float[] values = new float[scores.columns()];
            for (int row = 0; row < boxes.rows(); row++) {
                scores.read(row, values);
                candidates.corners(
                        row,
                        boxes.at(row, 0) * width,
                        boxes.at(row, 1) * height,
                        boxes.at(row, 2) * width,
                        boxes.at(row, 3) * height);
                selection.take(candidates, values, first, 1);
            }
            return selection.finish(candidates, placement);
        }
    }
}
