package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.KeyPoint;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.TensorFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Detectors of faces with five key points, a set of outputs for each of the strides 8, 16 and 32. OpenCV's YuNet of 2023
 * has {@code cls_8}, {@code obj_8}, {@code bbox_8}, {@code kps_8} and so on, one anchor a cell: score = root of cls x obj,
 * centre = (cell + offset) x stride, size = exp(value) x stride. InsightFace's SCRFD has two anchors a cell, scores, distances
 * to the sides and key points, all in strides from the cell's corner.
 */
final class FaceHeads implements Family {
    private static final List<Integer> STRIDES = List.of(8, 16, 32);
    private static final int POINTS = 5;

    private final boolean yunet;

    FaceHeads(boolean yunet) {
        this.yunet = yunet;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        List<TensorSignature> outputs = yunet ? yunet(signature) : scrfd(signature);
        if (outputs.isEmpty()) {
            return new Differs(
                    yunet
                            ? "has outputs cls_8, obj_8, bbox_8, kps_8 and the same of 16 and 32"
                            : "has outputs [A,1], [A,4] and [A,10] for each of the strides 8, 16, 32");
        }
        List<Float> middle = List.of(127.5f, 127.5f, 127.5f);
        List<Float> deviation = List.of(128f, 128f, 128f);
        return new Fits(
                Strength.NAMED,
                outputs,
                1,
                yunet
                        ? signature.plain(Fit.TOP_LEFT, TensorFormat.Order.BGR, 0)
                        : signature.preprocessing(Fit.TOP_LEFT, TensorFormat.Order.RGB, 1, middle, deviation, 0),
                List.of("Outputs "
                        + String.join(
                                ", ",
                                outputs.stream().map(DetectorSignature::shown).toList())
                        + " are scores, boxes and five key points of faces at strides 8, 16 and 32."),
                (labels, settings) -> new Faces(yunet, new Selection(labels, settings)));
    }

    private static List<TensorSignature> yunet(DetectorSignature signature) {
        List<TensorSignature> outputs = new ArrayList<>();
        for (int stride : STRIDES) {
            for (String name : List.of("cls_", "bbox_", "kps_", "obj_")) {
                signature.named(name + stride).ifPresent(outputs::add);
            }
        }
        return outputs.size() == 4 * STRIDES.size() ? outputs : List.of();
    }

    /** Its names are numbers; so the outputs are known by their last dimension and ordered by how many cells they have. */
    private static List<TensorSignature> scrfd(DetectorSignature signature) {
        List<List<TensorSignature>> kinds = new ArrayList<>();
        for (int columns : new int[] {1, 4, 2 * POINTS}) {
            kinds.add(signature.outputs().stream()
                    .filter(DetectorSignature::isFloat)
                    .filter(output -> output.shape().rank() >= 2
                            && output.shape().dimension(output.shape().rank() - 1) == columns)
                    .sorted(Comparator.comparingLong((TensorSignature output) ->
                            -output.shape().dimension(output.shape().rank() - 2)))
                    .toList());
        }
        List<TensorSignature> outputs = new ArrayList<>();
        AnchorGrid grid = AnchorGrid.usual(signature.size());
        for (int i = 0; i < STRIDES.size(); i++) {
            for (List<TensorSignature> kind : kinds) {
                long anchors = 2L * grid.columns(STRIDES.get(i)) * grid.rows(STRIDES.get(i));
                if (kind.size() != STRIDES.size()
                        || kind.get(i).shape().dimension(kind.get(i).shape().rank() - 2) != anchors) {
                    return List.of();
                }
                outputs.add(kind.get(i));
            }
        }
        return outputs.size() == signature.outputs().size() ? outputs : List.of();
    }

    /** Reads them, stride by stride. */
    private record Faces(boolean yunet, Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            int perStride = outputs.size() / STRIDES.size();
            List<Matrix> points = new ArrayList<>();
            Candidates candidates = new Candidates();
            AnchorGrid grid = AnchorGrid.usual(placement.target());
            int first = 0;
            for (int i = 0; i < STRIDES.size(); i++) {
                List<Tensor> own = outputs.subList(i * perStride, (i + 1) * perStride);
                int columns = grid.columns(STRIDES.get(i));
                int anchors = columns * grid.rows(STRIDES.get(i)) * (yunet ? 1 : 2);
                Matrix scores = Matrix.ofColumns(own.getFirst(), 1);
                Matrix boxes = Matrix.ofColumns(own.get(1), 4);
                points.add(Matrix.ofColumns(own.get(2), 2 * POINTS));
                if (scores.rows() != anchors
                        || boxes.rows() != anchors
                        || points.getLast().rows() != anchors) {
                    throw new IllegalArgumentException(
                            "there are " + scores.rows() + " anchors at stride " + STRIDES.get(i) + ", not " + anchors);
                }
                Matrix objects = yunet ? Matrix.ofColumns(own.get(3), 1) : scores;
                for (int row = 0; row < anchors; row++) {
                    float score = yunet
                            ? (float) Math.sqrt(share(scores.at(row, 0)) * share(objects.at(row, 0)))
                            : scores.at(row, 0);
                    place(boxes, row, first + row, new int[] {columns, STRIDES.get(i)}, candidates);
                    selection.takeOne(candidates, score, 0);
                }
                first += anchors;
            }
            return selection.finish(
                    candidates, placement, (found, row) -> found.withKeyPoints(points(points, row, placement)));
        }

        private static float share(float value) {
            return value > 1 ? 1 : value < 0 ? 0 : value;
        }

        /** @param grid cells in a row, stride */
        private void place(Matrix boxes, int row, int number, int[] grid, Candidates candidates) {
            int cell = yunet ? row : row / 2;
            int stride = grid[1];
            int column = cell % grid[0];
            int line = cell / grid[0];
            float a = boxes.at(row, 0);
            float b = boxes.at(row, 1);
            float c = boxes.at(row, 2);
            float d = boxes.at(row, 3);
            if (yunet) {
                float width = (float) Math.exp(c) * stride;
                candidates.centred(
                        number, (column + a) * stride, (line + b) * stride, width, (float) Math.exp(d) * stride);
            } else {
                candidates.corners(
                        number, (column - a) * stride, (line - b) * stride, (column + c) * stride, (line + d) * stride);
            }
        }

        private List<KeyPoint> points(List<Matrix> strides, int number, Placement placement) {
            AnchorGrid grid = AnchorGrid.usual(placement.target());
            int row = number;
            int i = 0;
            while (row >= strides.get(i).rows()) {
                row -= strides.get(i).rows();
                i++;
            }
            int stride = STRIDES.get(i);
            int cell = yunet ? row : row / 2;
            List<KeyPoint> points = new ArrayList<>();
            for (int point = 0; point < POINTS; point++) {
                float x = (cell % grid.columns(stride) + strides.get(i).at(row, 2 * point)) * stride;
                int line = cell / grid.columns(stride);
                float y = (line + strides.get(i).at(row, 2 * point + 1)) * stride;
                points.add(new KeyPoint(placement.toSourceX(x), placement.toSourceY(y), 1));
            }
            return points;
        }
    }
}
