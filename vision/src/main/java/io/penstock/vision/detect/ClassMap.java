package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Mask;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Semantic segmentation: a score for each class and place {@code [N,C,h,w]}, or the best class's number
 * {@code [N,h,w]} or {@code [N,1,h,w]}. Each class that is seen becomes one object with its mask, the box around it, and
 * the share of the picture it covers as its score, for a map has no other. Class 0 is left out where it is the background.
 */
final class ClassMap implements Family {
    /** Pascal VOC with its background, Cityscapes, ADE20K. */
    private static final Set<Integer> USUAL = Set.of(21, 19, 150);

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        if (signature.outputs().isEmpty()) {
            return new Differs("has an output [N,C,h,w]");
        }
        TensorSignature output = signature.outputs().getFirst();
        Shape shape = output.shape();
        boolean numbers = DetectorSignature.isInteger(output)
                && (shape.rank() == 3 || (shape.rank() == 4 && shape.dimension(1) == 1));
        boolean scores = DetectorSignature.isFloat(output) && shape.rank() == 4;
        boolean auxiliary = signature.outputs().size() == 1
                || (signature.outputs().size() == 2 && signature.named("aux").isPresent());
        if ((!numbers && !scores) || !auxiliary) {
            return new Differs("has one output [N,C,h,w], or [N,h,w] of whole numbers");
        }
        long height = shape.dimension(shape.rank() - 2);
        long coarsest = signature.size().height() / 8;
        int classes = numbers ? OPEN : (int) shape.dimension(1);
        boolean known = USUAL.contains(classes) || signature.names().size() == classes;
        if (!asked && ((height != Shape.ANY && height < coarsest) || (!numbers && !known))) {
            return new Differs(
                    "would have a map of at least an eighth of the input, of 19, 21 or 150 classes or as many"
                            + " as the metadata name");
        }
        if (!numbers && classes < 2) {
            return new Differs("would have two classes or more");
        }
        return new Fits(
                signature.names().size() == classes ? Strength.NAMED : Strength.USUAL,
                List.of(output),
                classes,
                signature.imageNet(Fit.STRETCH, 0),
                List.of("Output " + DetectorSignature.shown(output) + " is a map of "
                        + (numbers ? "class numbers" : classes + " classes' scores")
                        + "; each class that is seen is one object with a mask."),
                (labels, settings) -> new Map(numbers, new Selection(labels, settings.withoutSuppression())));
    }

    /** Reads the map. */
    private record Map(boolean numbers, Selection selection) implements DetectionDecoder {
        @Override
        public List<Detection> decode(List<Tensor> outputs, Placement placement) {
            Shape shape = outputs.getFirst().shape();
            int width = Math.toIntExact(shape.dimension(shape.rank() - 1));
            int height = Math.toIntExact(shape.dimension(shape.rank() - 2));
            Matrix matrix = Matrix.ofColumns(outputs.getFirst(), width * height);
            int[] best = numbers ? numbers(matrix) : best(matrix);
            int most = 0;
            for (int label : best) {
                most = Math.max(most, label);
            }
            List<Detection> found = new ArrayList<>();
            for (int label = 0; label <= most; label++) {
                Detection object = object(best, label, new int[] {width, height}, placement);
                boolean background = label == 0 && object.label().matches("(_*)background\\1");
                if (!background && object.mask().orElseThrow().area() > 0) {
                    found.add(object);
                }
            }
            return found;
        }

        private static int[] numbers(Matrix matrix) {
            int[] best = new int[matrix.columns()];
            for (int i = 0; i < best.length; i++) {
                best[i] = Math.clamp((long) matrix.at(0, i), -1, 1 << 15);
            }
            return best;
        }

        private int[] best(Matrix matrix) {
            selection.requireChannels(matrix.rows(), 0);
            int[] best = new int[matrix.columns()];
            float[] highest = new float[best.length];
            float[] row = new float[best.length];
            matrix.read(0, highest);
            for (int label = 1; label < matrix.rows(); label++) {
                matrix.read(label, row);
                for (int i = 0; i < best.length; i++) {
                    if (row[i] > highest[i]) {
                        highest[i] = row[i];
                        best[i] = label;
                    }
                }
            }
            return best;
        }

        private Detection object(int[] best, int label, int[] size, Placement placement) {
            int width = placement.source().width();
            int height = placement.source().height();
            int[] bounds = {width, height, 0, 0};
            Mask mask = Mask.of(width, height, new int[] {0, 0, width, height}, (x, y) -> {
                float column = ((x + 0.5f) * placement.content().width() / width + placement.left())
                        * size[0]
                        / placement.target().width();
                float row = ((y + 0.5f) * placement.content().height() / height + placement.top())
                        * size[1]
                        / placement.target().height();
                int at = Math.clamp((int) row, 0, size[1] - 1) * size[0] + Math.clamp((int) column, 0, size[0] - 1);
                if (best[at] != label) {
                    return false;
                }
                bounds[0] = Math.min(bounds[0], x);
                bounds[1] = Math.min(bounds[1], y);
                bounds[2] = Math.max(bounds[2], x + 1);
                bounds[3] = Math.max(bounds[3], y + 1);
                return true;
            });
            float share = (float) mask.area() / ((float) width * height);
            Box box =
                    Box.ofCorners(bounds[0], bounds[1], Math.max(bounds[0], bounds[2]), Math.max(bounds[1], bounds[3]));
            return selection.detection(label, share, box).withMask(mask);
        }
    }
}
