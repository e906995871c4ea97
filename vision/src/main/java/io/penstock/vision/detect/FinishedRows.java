package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Preprocessing;
import java.util.List;

/**
 * Models that suppress their boxes themselves and give one finished row an object, with corners in the network's pixels:
 * YOLOv10, YOLO26 and Ultralytics' exports with NMS {@code [N,K,6]}, YOLOv7's {@code [n,7]} and PaddleDetection's
 * {@code [n,6]}. The number of classes is not in the shapes. Rows of padding score 0 or name class -1.
 */
final class FinishedRows implements Family {
    /** Which column is what. */
    enum Kind {
        /** x1, y1, x2, y2, score, class. */
        CORNERS_SCORE_CLASS("[N,K,6]", 6, 0, 4, 5),
        /** batch, x1, y1, x2, y2, class, score. */
        BATCH_CORNERS_CLASS_SCORE("[n,7]", 7, 1, 6, 5),
        /** class, score, x1, y1, x2, y2. */
        CLASS_SCORE_CORNERS("[n,6]", 6, 2, 1, 0);

        private final String form;
        private final int columns;
        private final int corners;
        private final int score;
        private final int label;

        Kind(String form, int columns, int corners, int score, int label) {
            this.form = form;
            this.columns = columns;
            this.corners = corners;
            this.score = score;
            this.label = label;
        }
    }

    private static final int MOST_ROWS = 3000;

    private final Kind kind;

    FinishedRows(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        int rank = kind == Kind.CORNERS_SCORE_CLASS ? 3 : 2;
        List<TensorSignature> rows = signature.floats(rank).stream()
                .filter(output -> output.shape().dimension(rank - 1) == kind.columns)
                .toList();
        boolean counted = kind == Kind.CLASS_SCORE_CORNERS
                && signature.outputs().stream()
                        .allMatch(output -> rows.contains(output)
                                || (DetectorSignature.isInteger(output)
                                        && output.shape().rank() == 1));
        if (rows.size() != 1 || (signature.outputs().size() != 1 && !counted)) {
            return new Differs("has one output " + kind.form);
        }
        TensorSignature output = rows.getFirst();
        Shape shape = output.shape();
        long most = shape.dimension(rank - 2);
        if (!asked
                && (most > MOST_ROWS || AnchorGrid.find(signature.size(), most).isPresent())) {
            return new Differs("would have at most " + MOST_ROWS + " rows, and not one for each cell");
        }
        boolean told = switch (kind) {
            case CORNERS_SCORE_CLASS ->
                signature.metadata().getOrDefault("end2end", "").equalsIgnoreCase("true")
                        || signature.metadata().containsKey("nms");
            case BATCH_CORNERS_CLASS_SCORE -> signature.hasOperator("NonMaxSuppression");
            case CLASS_SCORE_CORNERS -> signature.outputs().size() == 2;
        };
        boolean paddle = kind == Kind.CLASS_SCORE_CORNERS;
        if (paddle && !asked && signature.constants().isEmpty()) {
            return new Differs("has an input scale_factor beside the picture");
        }
        Preprocessing preprocessing = paddle ? signature.imageNet(Fit.STRETCH, 0) : signature.unit(Fit.CENTRED, 114);
        return new Fits(
                told ? Strength.NAMED : most == 300 ? Strength.USUAL : Strength.POSSIBLE,
                List.of(output),
                OPEN,
                preprocessing,
                List.of("Output " + DetectorSignature.shown(output) + " is " + kind.form
                        + " of finished boxes, suppressed inside the model: " + columns() + "."),
                (labels, settings) -> new Rows(kind, new Selection(labels, settings.withoutSuppression())));
    }

    private String columns() {
        return switch (kind) {
            case CORNERS_SCORE_CLASS -> "corners, score, class";
            case BATCH_CORNERS_CLASS_SCORE -> "picture, corners, class, score";
            case CLASS_SCORE_CORNERS -> "class, score, corners";
        };
    }

    /** Reads the rows. */
    private record Rows(Kind kind, Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            Matrix matrix = Matrix.ofColumns(outputs.getFirst(), kind.columns);
            Candidates candidates = new Candidates();
            for (int row = 0; row < matrix.rows(); row++) {
                int at = kind.corners;
                candidates.corners(
                        row,
                        matrix.at(row, at),
                        matrix.at(row, at + 1),
                        matrix.at(row, at + 2),
                        matrix.at(row, at + 3));
                float label = matrix.at(row, kind.label);
                if (label >= 0) {
                    selection.takeOne(candidates, matrix.at(row, kind.score), Math.round(label));
                }
            }
            return selection.finish(candidates, placement);
        }
    }
}
