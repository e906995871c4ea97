package io.penstock.vision.detect;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A model's signature as the families look at it: its one picture input, its outputs, and what the metadata and the
 * graph say.
 *
 * @param sizeEvidence where the size comes from
 * @param names class names of the metadata; empty where there are none
 * @param constants the inputs beside the picture
 * @param operators kinds of operators in the graph; empty where they are not known
 */
record DetectorSignature(
        TensorSignature input,
        Size size,
        String sizeEvidence,
        List<TensorSignature> outputs,
        List<String> names,
        Map<String, String> metadata,
        List<ConstantInput> constants,
        Supplier<Set<String>> operators) {
    private static final int USUAL_SIDE = 640;

    /** Nothing where the model has no single picture input, or another input that nobody knows a value for. */
    static Optional<DetectorSignature> of(ModelSignature model, Supplier<Set<String>> operators) {
        List<TensorSignature> pictures =
                model.inputs().stream().filter(DetectorSignature::isPicture).toList();
        if (pictures.size() != 1) {
            return Optional.empty();
        }
        TensorSignature input = pictures.getFirst();
        Map<String, String> metadata = model.metadata();
        List<String> names = Optional.ofNullable(metadata.get("names"))
                .flatMap(MetadataText::names)
                .orElse(List.of());
        List<String> evidence = new ArrayList<>();
        Size size = size(input.shape(), metadata, evidence);
        List<ConstantInput> constants = new ArrayList<>();
        for (TensorSignature other : model.inputs()) {
            if (!other.name().equals(input.name())) {
                Optional<ConstantInput> constant = ConstantInput.find(other, size);
                if (constant.isEmpty()) {
                    return Optional.empty();
                }
                constants.add(constant.get());
                evidence.set(
                        0,
                        evidence.getFirst() + " Input " + other.name() + " is told "
                                + constant.get().values() + ".");
            }
        }
        return Optional.of(new DetectorSignature(
                input, size, evidence.getFirst(), model.outputs(), names, metadata, constants, operators));
    }

    private static boolean isPicture(TensorSignature input) {
        Shape shape = input.shape();
        boolean type = input.type() == DataType.FP32 || input.type() == DataType.FP16 || input.type() == DataType.UINT8;
        return type && shape.rank() == 4 && (isPlanar(shape) || shape.dimension(3) == 3);
    }

    private static boolean isPlanar(Shape shape) {
        return shape.dimension(1) == 3 && isSide(shape.dimension(2)) && isSide(shape.dimension(3));
    }

    private static boolean isSide(long side) {
        return side == Shape.ANY || (side >= 1 && side <= 1 << 16);
    }

    private static Size size(Shape shape, Map<String, String> metadata, List<String> evidence) {
        boolean planar = isPlanar(shape);
        long height = shape.dimension(planar ? 2 : 1);
        long width = shape.dimension(planar ? 3 : 2);
        if (height != Shape.ANY && width != Shape.ANY) {
            Size size = new Size((int) width, (int) height);
            evidence.add("The input's shape " + shape + " takes pictures of " + size + ".");
            return size;
        }
        List<Integer> sides = MetadataText.numbers(metadata.getOrDefault("imgsz", ""));
        boolean told = !sides.isEmpty() && sides.getFirst() > 0 && sides.getLast() > 0;
        int usualHeight = told ? sides.getFirst() : USUAL_SIDE;
        int usualWidth = told ? sides.getLast() : USUAL_SIDE;
        Size size = new Size(
                width == Shape.ANY ? usualWidth : (int) width, height == Shape.ANY ? usualHeight : (int) height);
        evidence.add("The input's shape " + shape + " leaves its size open; "
                + (told
                        ? "the metadata's imgsz says " + size + "."
                        : "the metadata have no imgsz, so " + size + " is taken as the usual one."));
        return size;
    }

    boolean isPlanar() {
        return isPlanar(input.shape());
    }

    /** Outputs of floating point with so many dimensions. */
    List<TensorSignature> floats(int rank) {
        return outputs.stream()
                .filter(output -> output.shape().rank() == rank && isFloat(output))
                .toList();
    }

    /** Outputs of three dimensions, one picture's part of which is a matrix. */
    List<TensorSignature> matrices() {
        return floats(3);
    }

    static boolean isFloat(TensorSignature output) {
        return output.type() == DataType.FP32 || output.type() == DataType.FP16;
    }

    static boolean isInteger(TensorSignature output) {
        return output.type() == DataType.INT64 || output.type() == DataType.INT32;
    }

    /** The one output whose name, in lower case and without what follows a colon, is this. */
    Optional<TensorSignature> named(String name) {
        return outputs.stream()
                .filter(output -> output.name()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll(":.*", "")
                        .equals(name))
                .findFirst();
    }

    /** Whether the graph is known to hold this operator. */
    boolean hasOperator(String operator) {
        return operators.get().contains(operator);
    }

    /** Whether the graph is known not to hold it. */
    boolean lacksOperator(String operator) {
        Set<String> known = operators.get();
        return !known.isEmpty() && !known.contains(operator);
    }

    /** How much it tells that a reading has so many classes. */
    Family.Strength strength(long classes) {
        if (!names.isEmpty()) {
            return names.size() == classes ? Family.Strength.NAMED : Family.Strength.POSSIBLE;
        }
        return LabelSet.ofSize(classes).isPresent() ? Family.Strength.USUAL : Family.Strength.POSSIBLE;
    }

    /** Whether the metadata name classes, but another number of them. */
    boolean contradicts(long classes) {
        return !names.isEmpty() && names.size() != classes;
    }

    /** {@code output0[1,84,8400]}. */
    static String shown(TensorSignature output) {
        return output.name() + output.shape();
    }

    /** Colours as they are, 0..255. */
    Preprocessing plain(Fit fit, TensorFormat.Order order, int pad) {
        return preprocessing(fit, order, 1, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f), pad);
    }

    /** RGB in 0..1. */
    Preprocessing unit(Fit fit, int pad) {
        return preprocessing(fit, TensorFormat.Order.RGB, 1 / 255f, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f), pad);
    }

    /** RGB normalised by ImageNet's mean and deviation. */
    Preprocessing imageNet(Fit fit, int pad) {
        TensorFormat known = TensorFormat.imageNet(DataType.FP32);
        return preprocessing(fit, TensorFormat.Order.RGB, known.scale(), known.mean(), known.std(), pad);
    }

    /** An input of UINT8 takes pixels as they are, whatever else the family normalises: its graph does that. */
    Preprocessing preprocessing(
            Fit fit, TensorFormat.Order order, float scale, List<Float> mean, List<Float> std, int pad) {
        boolean whole = input.type() == DataType.UINT8;
        TensorFormat format = new TensorFormat(
                input.type(),
                isPlanar() ? TensorFormat.Layout.NCHW : TensorFormat.Layout.NHWC,
                order,
                whole ? 1 : scale,
                whole ? List.of(0f, 0f, 0f) : mean,
                whole ? List.of(1f, 1f, 1f) : std,
                pad);
        return new Preprocessing(fit, size, format);
    }

    /** Whether a dimension is {@code count} or left open. */
    static boolean isOrOpen(long dimension, long count) {
        return dimension == Shape.ANY || dimension == count;
    }
}
