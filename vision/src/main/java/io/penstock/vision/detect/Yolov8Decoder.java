package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.KeyPoint;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Placement;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes Ultralytics' output: rows (or columns) x, y of the centre, width, height, then a score for each class, then
 * what the task adds.
 *
 * <p>Lying channel by channel it is scanned for its best scores as integers, whose order is that of the scores: C2
 * vectorises that, and only the few anchors that pass are looked at one by one.
 */
final class Yolov8Decoder implements DetectionDecoder {
    private static final int BOX = 4;

    private final Form form;
    private final Selection selection;

    /** @param points how many key points, and values of each: x, y, or x, y, score */
    record Form(Yolov8.Task task, boolean channelsFirst, List<Integer> points) {}

    Yolov8Decoder(Form form, Selection selection) {
        this.form = form;
        this.selection = selection;
    }

    @Override
    public List<Detection> decode(List<Tensor> outputs, Placement placement) {
        Matrix matrix = Matrix.of(outputs.getFirst());
        int channels = form.channelsFirst ? matrix.rows() : matrix.columns();
        selection.requireChannels(channels, BOX + extraChannels(outputs));
        Candidates candidates = new Candidates();
        if (form.channelsFirst) {
            scanChannels(matrix, candidates);
        } else {
            scanAnchors(matrix, candidates);
        }
        return switch (form.task) {
            case DETECT -> selection.finish(candidates, placement);
            case POSE ->
                selection.finish(
                        candidates, placement, (found, row) -> found.withKeyPoints(points(matrix, row, placement)));
            case SEGMENT -> {
                Prototypes prototypes = new Prototypes(outputs.get(1), placement);
                yield selection.finish(
                        candidates,
                        placement,
                        (found, row) -> found.withMask(prototypes.mask(coefficients(matrix, row), found.box())));
            }
            case TURNED -> TurnedBoxes.finish(candidates, selection, placement, row -> at(matrix, row, channels - 1));
        };
    }

    private int extraChannels(List<Tensor> outputs) {
        return switch (form.task) {
            case DETECT -> 0;
            case SEGMENT -> Math.toIntExact(outputs.get(1).shape().dimension(1));
            case POSE -> form.points.getFirst() * form.points.getLast();
            case TURNED -> 1;
        };
    }

    private float at(Matrix matrix, int anchor, int channel) {
        return form.channelsFirst ? matrix.at(channel, anchor) : matrix.at(anchor, channel);
    }

    private List<KeyPoint> points(Matrix matrix, int anchor, Placement placement) {
        int values = form.points.getLast();
        List<KeyPoint> points = new ArrayList<>();
        for (int i = 0; i < form.points.getFirst(); i++) {
            int channel = BOX + selection.classCount() + i * values;
            points.add(new KeyPoint(
                    placement.toSourceX(at(matrix, anchor, channel)),
                    placement.toSourceY(at(matrix, anchor, channel + 1)),
                    values > 2 ? at(matrix, anchor, channel + 2) : 1));
        }
        return points;
    }

    private float[] coefficients(Matrix matrix, int anchor) {
        int from = BOX + selection.classCount();
        float[] values = new float[(form.channelsFirst ? matrix.rows() : matrix.columns()) - from];
        for (int i = 0; i < values.length; i++) {
            values[i] = at(matrix, anchor, from + i);
        }
        return values;
    }

    private void scanAnchors(Matrix matrix, Candidates candidates) {
        float[] values = new float[matrix.columns()];
        for (int anchor = 0; anchor < matrix.rows(); anchor++) {
            matrix.read(anchor, values);
            take(anchor, values, candidates);
        }
    }

    private void scanChannels(Matrix matrix, Candidates candidates) {
        int anchors = matrix.columns();
        int[] best = new int[anchors];
        int[] row = new int[anchors];
        for (int channel = BOX; channel < BOX + selection.classCount(); channel++) {
            matrix.readBits(channel, row);
            raise(best, row);
        }
        int least = Float.floatToRawIntBits(selection.least());
        float[] values = new float[BOX + selection.classCount()];
        for (int anchor = 0; anchor < anchors; anchor++) {
            // NaN has larger bits than any number: it comes through here and is sorted out by comparing floats.
            if (best[anchor] >= least) {
                for (int channel = 0; channel < values.length; channel++) {
                    values[channel] = matrix.at(channel, anchor);
                }
                take(anchor, values, candidates);
            }
        }
    }

    private static void raise(int[] best, int[] row) {
        for (int i = 0; i < best.length; i++) {
            best[i] = Math.max(best[i], row[i]);
        }
    }

    /** One anchor's values. */
    private void take(int anchor, float[] values, Candidates candidates) {
        candidates.centred(anchor, values[0], values[1], values[2], values[3]);
        selection.take(candidates, values, BOX, 1);
    }
}
