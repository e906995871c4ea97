package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.TensorFormat;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Networks of the YOLO line that give their scales as the last convolution leaves them, with anchors: one output a stride,
 * {@code [N,B*(5+C),h,w]}, {@code [N,B,h,w,5+C]} or {@code [N,h,w,B,5+C]}. Decoding is that of each version's paper or
 * repository: the sigmoid everywhere but in the sizes, which are exponents of e (v2 to v4) or squares (v5, v7).
 *
 * <p>The versions differ in anchors and colours and not in shapes. So two scales are taken as YOLOv3-tiny, channels last
 * with colours last as YOLOv4, and all others need the document's word.
 */
final class AnchoredHeads implements Family {
    private static final int BOX_AND_OBJECTNESS = 5;

    /** A version of the line: widths and heights of its anchors in pixels, those of the finest stride first. */
    enum Version {
        V2("1.08 1.19 3.42 4.41 6.63 11.38 9.42 5.11 16.62 10.52", 1),
        V3("10 13 16 30 33 23 30 61 62 45 59 119 116 90 156 198 373 326", 1),
        V3_TINY("10 14 23 27 37 58 81 82 135 169 344 319", 1),
        V4("12 16 19 36 40 28 36 75 76 55 72 146 142 110 192 243 459 401", 1.1f),
        V5("10 13 16 30 33 23 30 61 62 45 59 119 116 90 156 198 373 326", 2),
        V7("12 16 19 36 40 28 36 75 76 55 72 146 142 110 192 243 459 401", 2);

        private final String anchors;
        private final float reach;

        Version(String anchors, float reach) {
            this.anchors = anchors;
            this.reach = reach;
        }

        /** Width and height of each published anchor in turn. */
        List<Double> published() {
            return Arrays.stream(anchors.split(" ", -1)).map(Double::valueOf).toList();
        }

        boolean squares() {
            return this == V5 || this == V7;
        }

        /** How many strides it has. */
        int scales() {
            return this == V2 ? 1 : this == V3_TINY ? 2 : 3;
        }

        int anchorsOfCell() {
            return this == V2 ? 5 : 3;
        }

        /** By how much of a cell a centre may lie beyond it, as YOLOv4's scale_x_y: 1.2, 1.1, 1.05 from fine to coarse. */
        float reach(int scale) {
            return this == V4 ? List.of(1.2f, 1.1f, 1.05f).get(scale) : reach;
        }
    }

    /** How one output lies. */
    private enum Order {
        CHANNELS,
        ANCHOR_ROWS_COLUMNS,
        ROWS_COLUMNS_ANCHOR
    }

    private final Version version;

    AnchoredHeads(Version version) {
        this.version = version;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        List<TensorSignature> heads = signature.outputs().stream()
                .filter(DetectorSignature::isFloat)
                .filter(output -> output.shape().rank() == 4 || output.shape().rank() == 5)
                .sorted(Comparator.comparingLong((TensorSignature output) -> -height(output.shape())))
                .toList();
        int anchors = version.anchorsOfCell();
        if (heads.size() != version.scales() || signature.outputs().size() != heads.size()) {
            return new Differs("has " + version.scales() + " output" + (version.scales() == 1 ? "" : "s") + " [N,"
                    + anchors + "*(5+C),h,w], one a stride");
        }
        int classes = (int) channels(heads.getFirst().shape(), anchors) - BOX_AND_OBJECTNESS;
        int finest = version.scales() == 3 ? 8 : version.scales() == 2 ? 16 : 32;
        for (int i = 0; i < heads.size(); i++) {
            Shape shape = heads.get(i).shape();
            int stride = finest << i;
            if (channels(shape, anchors) != classes + BOX_AND_OBJECTNESS
                    || classes < 1
                    || !DetectorSignature.isOrOpen(
                            height(shape), signature.size().height() / stride)
                    || !DetectorSignature.isOrOpen(
                            width(shape), signature.size().width() / stride)) {
                return new Differs("would have " + anchors + " x (5+C) values for each cell of stride " + stride
                        + " in " + DetectorSignature.shown(heads.get(i)));
            }
        }
        if (signature.contradicts(classes) && !asked) {
            return new Differs("would have " + classes + " classes, and the metadata name "
                    + signature.names().size());
        }
        boolean tensorflow = order(heads.getFirst().shape(), anchors) == Order.ROWS_COLUMNS_ANCHOR;
        if (!asked && tensorflow != (version == Version.V4) && version.scales() == 3 && !signature.isPlanar()) {
            return new Differs("does not come with its channels last");
        }
        boolean five = heads.getFirst().shape().rank() == 5;
        if (!asked && version.squares() != five && signature.isPlanar()) {
            return new Differs(five ? "has its anchors among the channels" : "has its anchors on an axis of their own");
        }
        return fits(signature, heads, classes);
    }

    private Fits fits(DetectorSignature signature, List<TensorSignature> heads, int classes) {
        return new Fits(
                signature.strength(classes),
                heads,
                classes,
                preprocessing(signature),
                List.of("Outputs "
                        + String.join(
                                ", ",
                                heads.stream().map(DetectorSignature::shown).toList())
                        + " are raw heads with " + version.anchorsOfCell() + " anchors and " + classes + " classes"
                        + " each."),
                new Decoders(AnchorSizes.published(version)));
    }

    /** Makes what reads the heads, with these anchors. */
    record Decoders(AnchorSizes anchors) implements Recognition.DecoderFactory {
        @Override
        public DetectionDecoder make(List<String> labels, DetectionSettings settings) {
            return new Heads(anchors, new Selection(labels, settings));
        }
    }

    private Preprocessing preprocessing(DetectorSignature signature) {
        return switch (version) {
            case V2 -> signature.plain(Fit.STRETCH, TensorFormat.Order.RGB, 0);
            case V3, V3_TINY, V4 -> signature.unit(Fit.CENTRED, 128);
            case V5, V7 -> signature.unit(Fit.CENTRED, 114);
        };
    }

    private static Order order(Shape shape, int anchors) {
        if (shape.rank() == 4) {
            return Order.CHANNELS;
        }
        return shape.dimension(1) == anchors && shape.dimension(3) != anchors
                ? Order.ANCHOR_ROWS_COLUMNS
                : Order.ROWS_COLUMNS_ANCHOR;
    }

    private static long height(Shape shape) {
        return shape.dimension(shape.rank() == 4 || shape.dimension(1) == 3 ? 2 : 1);
    }

    private static long width(Shape shape) {
        return shape.dimension(shape.rank() == 4 || shape.dimension(1) == 3 ? 3 : 2);
    }

    /** Values of one anchor, or -1 where they do not come out even. */
    private static long channels(Shape shape, int anchors) {
        if (shape.rank() == 5) {
            return shape.dimension(4);
        }
        return shape.dimension(1) > 0 && shape.dimension(1) % anchors == 0 ? shape.dimension(1) / anchors : -1;
    }

    /** Reads the heads of one picture, the finest first. */
    private static final class Heads implements DetectionDecoder {
        private final Version version;
        private final float[] anchors;
        private final Selection selection;

        Heads(AnchorSizes sizes, Selection selection) {
            this.version = sizes.version();
            this.anchors = sizes.inTurn();
            this.selection = selection;
        }

        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            Candidates candidates = new Candidates();
            for (int i = 0; i < outputs.size(); i++) {
                scan(outputs.get(i), i, placement, candidates);
            }
            return selection.finish(candidates, placement);
        }

        private void scan(Tensor head, int scale, Placement placement, Candidates candidates) {
            Shape shape = head.shape();
            int anchors = version.anchorsOfCell();
            Order order = order(shape, anchors);
            int rows = (int) height(shape);
            int columns = (int) width(shape);
            int channels = selection.classCount() + BOX_AND_OBJECTNESS;
            if (shape.elementCount() != (long) anchors * channels * rows * columns) {
                throw new IllegalArgumentException("the output has shape " + shape + ", not " + anchors + " x "
                        + channels + " values for each of " + rows + " x " + columns + " cells");
            }
            Matrix matrix = Matrix.ofColumns(head, order == Order.CHANNELS ? rows * columns : channels);
            float least = Activation.logit(selection.least());
            float[] values = new float[channels];
            for (int anchor = 0; anchor < anchors; anchor++) {
                for (int cell = 0; cell < rows * columns; cell++) {
                    int row = order == Order.ROWS_COLUMNS_ANCHOR
                            ? cell * anchors + anchor
                            : order == Order.CHANNELS ? anchor * channels : anchor * rows * columns + cell;
                    float objectness = order == Order.CHANNELS ? matrix.at(row + 4, cell) : matrix.at(row, 4);
                    if (!(objectness >= least)) {
                        continue;
                    }
                    for (int i = 0; i < channels; i++) {
                        values[i] = order == Order.CHANNELS ? matrix.at(row + i, cell) : matrix.at(row, i);
                    }
                    place(
                            values,
                            scale * anchors + anchor,
                            new int[] {cell % columns, cell / columns, scale},
                            candidates,
                            (float) placement.target().width() / columns,
                            (float) placement.target().height() / rows);
                    activate(values);
                    selection.take(candidates, values, BOX_AND_OBJECTNESS, values[4]);
                }
            }
        }

        private void place(
                float[] values, int anchor, int[] cell, Candidates candidates, float strideX, float strideY) {
            float reach = version.reach(cell[2]);
            float x = reach * Activation.sigmoid(values[0]) - (reach - 1) / 2 + cell[0];
            float y = reach * Activation.sigmoid(values[1]) - (reach - 1) / 2 + cell[1];
            // YOLOv2's anchors are in cells, all others in pixels.
            float width = anchors[2 * anchor] * (version == Version.V2 ? strideX : 1);
            float height = anchors[2 * anchor + 1] * (version == Version.V2 ? strideY : 1);
            candidates.centred(anchor, x * strideX, y * strideY, width * growth(values[2]), height * growth(values[3]));
        }

        private float growth(float value) {
            float twice = 2 * Activation.sigmoid(value);
            return version.squares() ? twice * twice : (float) Math.exp(value);
        }

        private void activate(float[] values) {
            values[4] = Activation.sigmoid(values[4]);
            if (version == Version.V2) {
                Activation.softmax(values, BOX_AND_OBJECTNESS, selection.classCount());
            } else {
                Activation.sigmoid(values, BOX_AND_OBJECTNESS, selection.classCount());
            }
        }
    }
}
