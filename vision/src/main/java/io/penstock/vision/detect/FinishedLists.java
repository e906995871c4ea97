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
import java.util.Optional;

/**
 * Models that give finished boxes, scores and classes in outputs of their own. TensorFlow's detection API names them
 * {@code detection_boxes} and so on, corners being y1, x1, y2, x2 in 0..1; TensorRT's EfficientNMS {@code det_boxes}, in
 * the network's pixels; torchvision, D-FINE and RT-DETR's own exporter {@code boxes}, {@code labels}, {@code scores}. The
 * number of classes is not in the shapes.
 */
final class FinishedLists implements Family {
    /** Who names its outputs so. */
    enum Kind {
        TENSORFLOW("detection_boxes", "detection_scores", "detection_classes", "num_detections"),
        EFFICIENT_NMS("det_boxes", "det_scores", "det_classes", "num_dets"),
        LABELLED("boxes", "scores", "labels", "");

        private final String names;
        private final String count;

        Kind(String boxes, String scores, String classes, String count) {
            this.names = boxes + "," + scores + "," + classes;
            this.count = count;
        }

        /** Of boxes, scores and classes. */
        List<String> names() {
            return List.of(names.split(",", -1));
        }
    }

    /** No box of a picture in pixels ends before this; none in shares of the picture ends behind it. */
    private static final float LARGEST_SHARE = 2;

    private final Kind kind;

    FinishedLists(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        List<TensorSignature> found = new ArrayList<>();
        for (String name : kind.names()) {
            Optional<TensorSignature> output = signature.named(name);
            if (output.isEmpty() && kind == Kind.LABELLED && name.equals("boxes")) {
                output = signature.named("bboxes");
            }
            output.ifPresent(found::add);
        }
        if (found.size() != 3
                || found.getFirst().shape().rank() < 2
                || !DetectorSignature.isOrOpen(
                        found.getFirst()
                                .shape()
                                .dimension(found.getFirst().shape().rank() - 1),
                        4)) {
            return new Differs("has outputs " + String.join(", ", kind.names()));
        }
        if (!kind.count.isEmpty()) {
            signature.named(kind.count).ifPresent(found::add);
        }
        String units = switch (kind) {
            case TENSORFLOW -> "corners y1, x1, y2, x2 in 0..1";
            case EFFICIENT_NMS -> "corners in the network's pixels";
            case LABELLED -> "corners, in 0..1 where none is above 2 and in the network's pixels otherwise";
        };
        return new Fits(
                Strength.NAMED,
                found,
                OPEN,
                preprocessing(signature),
                List.of("Outputs "
                        + String.join(
                                ", ",
                                found.stream().map(DetectorSignature::shown).toList()) + " are finished boxes: " + units
                        + "."),
                (labels, settings) -> new Lists(kind, new Selection(labels, settings.withoutSuppression())));
    }

    private Preprocessing preprocessing(DetectorSignature signature) {
        return switch (kind) {
            // Its graphs take pixels of UINT8; those of floats were trained on -1..1.
            case TENSORFLOW -> {
                List<Float> middle = List.of(127.5f, 127.5f, 127.5f);
                yield signature.preprocessing(Fit.STRETCH, TensorFormat.Order.RGB, 1, middle, middle, 0);
            }
            case EFFICIENT_NMS -> signature.unit(Fit.CENTRED, 114);
            // torchvision's detectors normalise inside, and so does none of the transformers.
            case LABELLED ->
                signature.named("bboxes").isPresent()
                        ? signature.imageNet(Fit.STRETCH, 0)
                        : signature.unit(Fit.STRETCH, 0);
        };
    }

    /** Reads the lists. */
    private record Lists(Kind kind, Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            Matrix boxes = Matrix.ofColumns(outputs.getFirst(), 4);
            Matrix scores = Matrix.ofRow(outputs.get(1));
            Matrix labels = Matrix.ofRow(outputs.get(2));
            int count = Math.min(boxes.rows(), Math.min(elements(outputs.get(1)), elements(outputs.get(2))));
            if (outputs.size() > 3 && elements(outputs.get(3)) > 0) {
                count = Math.clamp((int) Matrix.ofRow(outputs.get(3)).at(0, 0), 0, count);
            }
            boolean shares = kind == Kind.TENSORFLOW || (kind == Kind.LABELLED && areShares(boxes, count));
            float scaleX = shares ? placement.target().width() : 1;
            float scaleY = shares ? placement.target().height() : 1;
            int x = kind == Kind.TENSORFLOW ? 1 : 0;
            Candidates candidates = new Candidates();
            for (int row = 0; row < count; row++) {
                candidates.corners(
                        row,
                        boxes.at(row, x) * scaleX,
                        boxes.at(row, 1 - x) * scaleY,
                        boxes.at(row, 2 + x) * scaleX,
                        boxes.at(row, 3 - x) * scaleY);
                float label = labels.at(0, row);
                if (label >= 0) {
                    selection.takeOne(candidates, scores.at(0, row), Math.round(label));
                }
            }
            return selection.finish(candidates, placement);
        }

        private static int elements(Tensor tensor) {
            return Math.toIntExact(tensor.shape().elementCount());
        }

        private static boolean areShares(Matrix boxes, int count) {
            for (int row = 0; row < count; row++) {
                if (boxes.at(row, 2) > LARGEST_SHARE || boxes.at(row, 3) > LARGEST_SHARE) {
                    return false;
                }
            }
            return true;
        }
    }
}
