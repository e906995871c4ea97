package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import java.util.List;
import java.util.Locale;

/**
 * The DETR line: a fixed number of queries, each a box as centre and size in 0..1. Outputs {@code logits} [N,Q,C] and
 * {@code pred_boxes} [N,Q,4]: DETR's logits have a last class for "nothing" and go through a softmax, those of RT-DETR and
 * Deformable DETR through a sigmoid each. Ultralytics' RT-DETR joins both in {@code [N,Q,4+C]}, after the sigmoid. No
 * suppression: the queries compete in training.
 */
final class Transformer implements Family {
    /** How scores are meant, and where they stand. */
    enum Kind {
        SOFTMAX,
        SIGMOID,
        JOINED
    }

    private static final int MOST_QUERIES = 1000;

    private final Kind kind;

    Transformer(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        return kind == Kind.JOINED ? joined(signature, asked) : apart(signature, asked);
    }

    private Attempt joined(DetectorSignature signature, boolean asked) {
        List<TensorSignature> matrices = signature.matrices();
        if (matrices.size() != 1 || signature.outputs().size() != 1) {
            return new Differs("has one output [N,Q,4+C]");
        }
        TensorSignature output = matrices.getFirst();
        long queries = output.shape().dimension(1);
        int classes = (int) output.shape().dimension(2) - 4;
        if (queries == Shape.ANY
                || queries > MOST_QUERIES
                || classes < 1
                || (AnchorGrid.find(signature.size(), queries).isPresent() && !asked)) {
            return new Differs(
                    "would have at most " + MOST_QUERIES + " queries, each with a box and a score for each" + " class");
        }
        if (signature.contradicts(classes) && !asked) {
            return new Differs("would have " + classes + " classes, and the metadata name "
                    + signature.names().size());
        }
        boolean told = signature
                .metadata()
                .getOrDefault("description", "")
                .toLowerCase(Locale.ROOT)
                .contains("detr");
        if (!asked && !told && queries < 100) {
            return new Differs("would have 100 queries or more");
        }
        return new Fits(
                told ? Strength.NAMED : signature.strength(classes),
                List.of(output),
                classes,
                signature.unit(Fit.STRETCH, 0),
                List.of("Output " + DetectorSignature.shown(output) + " is [N,Q,4+C] with " + queries + " queries and "
                        + classes + " classes, boxes in 0..1."),
                (labels, settings) -> new Queries(kind, new Selection(labels, settings.withoutSuppression())));
    }

    private Attempt apart(DetectorSignature signature, boolean asked) {
        var logits = signature.named("logits").or(() -> signature.named("pred_logits"));
        var boxes = signature.named("pred_boxes");
        if (logits.isEmpty()
                || boxes.isEmpty()
                || logits.get().shape().rank() != 3
                || boxes.get().shape().rank() != 3) {
            return new Differs("has outputs logits [N,Q,C] and pred_boxes [N,Q,4]");
        }
        int channels = (int) logits.get().shape().dimension(2);
        int classes = kind == Kind.SOFTMAX ? channels - 1 : channels;
        if (classes < 1 || (signature.contradicts(classes) && !asked)) {
            return new Differs("would have " + classes + " classes, and the metadata name "
                    + signature.names().size());
        }
        return new Fits(
                signature.strength(classes),
                List.of(logits.get(), boxes.get()),
                classes,
                kind == Kind.SOFTMAX ? signature.imageNet(Fit.STRETCH, 0) : signature.unit(Fit.STRETCH, 0),
                List.of("Outputs " + DetectorSignature.shown(logits.get()) + " and "
                        + DetectorSignature.shown(boxes.get()) + " are queries with " + classes + " classes"
                        + (kind == Kind.SOFTMAX
                                ? " and one for nothing, before the softmax."
                                : ", before the sigmoid.")),
                (labels, settings) -> new Queries(kind, new Selection(labels, settings.withoutSuppression())));
    }

    /** Reads queries. */
    private record Queries(Kind kind, Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            Matrix scores = Matrix.of(outputs.getFirst());
            Matrix boxes = kind == Kind.JOINED ? scores : Matrix.of(outputs.get(1));
            int from = kind == Kind.JOINED ? 4 : 0;
            selection.requireChannels(scores.columns(), from + (kind == Kind.SOFTMAX ? 1 : 0));
            if (boxes.columns() < 4 || boxes.rows() != scores.rows()) {
                throw new IllegalArgumentException("there are " + scores.rows() + " queries and " + boxes.rows()
                        + " boxes of " + boxes.columns() + " values");
            }
            int width = placement.target().width();
            int height = placement.target().height();
            Candidates candidates = new Candidates();
            float[] values = new float[scores.columns()];
            for (int row = 0; row < scores.rows(); row++) {
                scores.read(row, values);
                switch (kind) {
                    case SOFTMAX -> Activation.softmax(values, 0, values.length);
                    case SIGMOID -> Activation.sigmoid(values, 0, values.length);
                    case JOINED -> {}
                }
                candidates.centred(
                        row,
                        boxes.at(row, 0) * width,
                        boxes.at(row, 1) * height,
                        boxes.at(row, 2) * width,
                        boxes.at(row, 3) * height);
                selection.take(candidates, values, from, 1);
            }
            return selection.finish(candidates, placement);
        }
    }
}
