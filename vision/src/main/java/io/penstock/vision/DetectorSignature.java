package io.penstock.vision;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model's signature as the families look at it: its one picture input, the outputs of rank 3, and what the
 * metadata say.
 *
 * @param sizeEvidence where the size comes from
 * @param names class names of the metadata; empty where there are none
 */
record DetectorSignature(
        TensorSignature input,
        Size size,
        String sizeEvidence,
        List<TensorSignature> outputs,
        List<String> names,
        Map<String, String> metadata) {
    private static final int USUAL_SIDE = 640;

    /** Nothing where the model has no single input {@code [N,3,H,W]} of floating point. */
    static Optional<DetectorSignature> of(ModelSignature model) {
        if (model.inputs().size() != 1 || !isPicture(model.inputs().getFirst())) {
            return Optional.empty();
        }
        TensorSignature input = model.inputs().getFirst();
        Map<String, String> metadata = model.metadata();
        List<String> names = Optional.ofNullable(metadata.get("names"))
                .flatMap(MetadataText::names)
                .orElse(List.of());
        List<String> evidence = new ArrayList<>();
        Size size = size(input.shape(), metadata, evidence);
        return Optional.of(new DetectorSignature(input, size, evidence.getFirst(), model.outputs(), names, metadata));
    }

    private static boolean isPicture(TensorSignature input) {
        Shape shape = input.shape();
        return (input.type() == DataType.FP32 || input.type() == DataType.FP16)
                && shape.rank() == 4
                && shape.dimension(1) == 3
                && isSide(shape.dimension(2))
                && isSide(shape.dimension(3));
    }

    private static boolean isSide(long side) {
        return side == Shape.ANY || (side >= 1 && side <= 1 << 16);
    }

    private static Size size(Shape shape, Map<String, String> metadata, List<String> evidence) {
        long height = shape.dimension(2);
        long width = shape.dimension(3);
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

    /** Outputs of three dimensions, one picture's part of which is a matrix. */
    List<TensorSignature> matrices() {
        return outputs.stream()
                .filter(output -> output.shape().rank() == 3)
                .filter(output -> output.type() == DataType.FP32 || output.type() == DataType.FP16)
                .toList();
    }

    /** Whether a dimension is {@code count} or left open. */
    static boolean isOrOpen(long dimension, long count) {
        return dimension == Shape.ANY || dimension == count;
    }
}
