package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.TensorFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * NanoDet and PicoDet: for each cell a score for each class, after the sigmoid, and four distances to the sides of the box
 * in strides, each as a distribution over 0..R (Generalized Focal Loss, Li et al., arXiv 2006.04388): its mean after a
 * softmax. One output {@code [N,A,C+4(R+1)]} over all strides, or two a stride, {@code [N,A,C]} and
 * {@code [N,A,4(R+1)]}. Cells are counted from their middle, but in NanoDet-Plus, which has four strides, from their corner.
 */
final class DistanceHeads implements Family {
    /** R + 1: both are published with R = 7. */
    private static final int BINS = 8;

    private static final int SIDES = 4 * BINS;

    private final boolean pico;

    DistanceHeads(boolean pico) {
        this.pico = pico;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        List<TensorSignature> matrices = signature.matrices();
        if (matrices.size() != signature.outputs().size() || matrices.isEmpty()) {
            return new Differs("has one output [N,A,C+32], or two for each stride");
        }
        return matrices.size() == 1 ? joined(signature, matrices.getFirst(), asked) : apart(signature, asked);
    }

    private Attempt joined(DetectorSignature signature, TensorSignature output, boolean asked) {
        Shape shape = output.shape();
        int classes = (int) shape.dimension(2) - SIDES;
        var grid = shape.dimension(1) == Shape.ANY
                ? Optional.<AnchorGrid>empty()
                : AnchorGrid.find(signature.size(), shape.dimension(1));
        if (pico || grid.isEmpty() || classes < 1 || (signature.contradicts(classes) && !asked)) {
            return new Differs(
                    pico
                            ? "has two outputs for each stride"
                            : "would have 32 + C values for each of "
                                    + AnchorGrid.usual(signature.size()).sentence());
        }
        boolean corner = grid.get().strides().size() == 4;
        return fits(signature, List.of(output), new Form(classes, grid.get().strides(), true, corner ? 0 : 0.5f));
    }

    private Attempt apart(DetectorSignature signature, boolean asked) {
        List<TensorSignature> sides = new ArrayList<>();
        List<TensorSignature> scores = new ArrayList<>();
        for (TensorSignature output : signature.matrices()) {
            (output.shape().dimension(2) == SIDES ? sides : scores).add(output);
        }
        Comparator<TensorSignature> finestFirst = Comparator.comparingLong(
                (TensorSignature output) -> -output.shape().dimension(1));
        sides.sort(finestFirst);
        scores.sort(finestFirst);
        int classes = scores.isEmpty() ? 0 : (int) scores.getFirst().shape().dimension(2);
        boolean even = sides.size() == scores.size() && (sides.size() == 3 || sides.size() == 4);
        List<Integer> strides = List.of(8, 16, 32, 64).subList(0, Math.min(4, sides.size()));
        AnchorGrid grid = new AnchorGrid(signature.size(), strides);
        for (int i = 0; even && i < sides.size(); i++) {
            long cells = (long) grid.columns(strides.get(i)) * grid.rows(strides.get(i));
            even = sides.get(i).shape().dimension(1) == cells
                    && scores.get(i).shape().dimension(1) == cells
                    && scores.get(i).shape().dimension(2) == classes;
        }
        if (!even || classes < 1 || (signature.contradicts(classes) && !asked)) {
            return new Differs("would have outputs [N,A,C] and [N,A,32] for each of the strides 8, 16, 32");
        }
        boolean nano = scores.getFirst().name().toLowerCase(Locale.ROOT).contains("cls_pred");
        if (nano == pico && !asked) {
            return new Differs(
                    pico ? "has no outputs called cls_pred" : "has outputs called cls_pred_stride_8 and so on");
        }
        List<TensorSignature> outputs = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            outputs.add(scores.get(i));
            outputs.add(sides.get(i));
        }
        return fits(signature, outputs, new Form(classes, strides, false, 0.5f));
    }

    private Fits fits(DetectorSignature signature, List<TensorSignature> outputs, Form form) {
        return new Fits(
                outputs.size() > 1 ? Strength.NAMED : signature.strength(form.classes),
                outputs,
                form.classes,
                preprocessing(signature),
                List.of("Outputs "
                        + String.join(
                                ", ",
                                outputs.stream().map(DetectorSignature::shown).toList())
                        + " are " + form.classes + " scores and four distributions of 8 values for each of "
                        + new AnchorGrid(signature.size(), form.strides).sentence() + ", counted from "
                        + (form.shift == 0 ? "their corners." : "their middles.")),
                (labels, settings) -> new Heads(form, new Selection(labels, settings)));
    }

    private Preprocessing preprocessing(DetectorSignature signature) {
        if (pico) {
            return signature.imageNet(Fit.STRETCH, 0);
        }
        // ImageNet's mean and deviation in 0..255, the blue value first in memory; here red is named first.
        return signature.preprocessing(
                Fit.STRETCH,
                TensorFormat.Order.BGR,
                1,
                List.of(123.675f, 116.28f, 103.53f),
                List.of(58.395f, 57.12f, 57.375f),
                0);
    }

    /** @param shift where in a cell its point lies, in cells */
    private record Form(int classes, List<Integer> strides, boolean joined, float shift) {}

    /** Reads them. */
    private record Heads(Form form, Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            AnchorGrid grid = new AnchorGrid(placement.target(), form.strides);
            Candidates candidates = new Candidates();
            int from = 0;
            for (int i = 0; i < form.strides.size(); i++) {
                int stride = form.strides.get(i);
                int cells = grid.columns(stride) * grid.rows(stride);
                Matrix scores = Matrix.of(outputs.get(form.joined ? 0 : 2 * i));
                Matrix sides = form.joined ? scores : Matrix.of(outputs.get(2 * i + 1));
                selection.requireChannels(scores.columns(), form.joined ? SIDES : 0);
                if (scores.rows() < from + cells || sides.rows() < from + cells) {
                    throw new IllegalArgumentException(
                            "the output has " + scores.rows() + " cells, fewer than " + grid.sentence());
                }
                scan(scores, sides, new int[] {from, cells, grid.columns(stride), stride}, candidates);
                from += form.joined ? cells : 0;
            }
            return selection.finish(candidates, placement);
        }

        /** @param range first row, cells, cells in a row, stride */
        private void scan(Matrix scores, Matrix sides, int[] range, Candidates candidates) {
            int stride = range[3];
            int first = form.joined ? selection.classCount() : 0;
            float[] values = new float[scores.columns()];
            float[] bins = new float[SIDES];
            for (int cell = 0; cell < range[1]; cell++) {
                int row = range[0] + cell;
                scores.read(row, values);
                int best = selection.best(values, 0);
                if (best < 0 || !(values[best] >= selection.least())) {
                    continue;
                }
                for (int i = 0; i < SIDES; i++) {
                    bins[i] = sides.at(row, first + i);
                }
                float x = (cell % range[2] + form.shift) * stride;
                int line = cell / range[2];
                float y = (line + form.shift) * stride;
                candidates.corners(
                        row,
                        x - mean(bins, 0) * stride,
                        y - mean(bins, 1) * stride,
                        x + mean(bins, 2) * stride,
                        y + mean(bins, 3) * stride);
                selection.take(candidates, values, 0, 1);
            }
        }

        private static float mean(float[] bins, int side) {
            Activation.softmax(bins, side * BINS, BINS);
            float sum = 0;
            for (int i = 0; i < BINS; i++) {
                sum += i * bins[side * BINS + i];
            }
            return sum;
        }
    }
}
