package io.penstock.vision;

import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ultralytics' detectors since YOLOv8 (v8, v9, 11, 12): {@code [N,4+C,A]} or its transpose, decoded and after the
 * sigmoid, without objectness. Input RGB in 0..1, letterbox centred on gray 114.
 *
 * <p>The transpose with C classes has the shape of YOLOX's grid with C-1, so it needs the metadata's word.
 */
final class Yolov8 implements Family {
    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        String task = signature.metadata().getOrDefault("task", "detect");
        if (!task.equals("detect") && !asked) {
            return new Differs("decodes task detect, and the metadata's task is " + task);
        }
        List<TensorSignature> matrices = signature.matrices();
        if (matrices.isEmpty() || (signature.outputs().size() > 1 && !asked)) {
            return new Differs("has one output [N,4+C,A]");
        }
        Attempt last = new Differs("has one output [N,4+C,A]");
        for (TensorSignature output : matrices) {
            last = attempt(signature, output, asked);
            if (last instanceof Fits) {
                return last;
            }
        }
        return last;
    }

    private static Attempt attempt(DetectorSignature signature, TensorSignature output, boolean asked) {
        Shape shape = output.shape();
        Optional<AnchorGrid> first = grid(signature, shape.dimension(2));
        Optional<AnchorGrid> second = grid(signature, shape.dimension(1));
        if (first.isPresent() && shape.dimension(1) > 4) {
            return fits(signature, output, OutputLayout.CHANNELS_FIRST, first.get(), asked);
        }
        if (second.isPresent() && shape.dimension(2) > 4) {
            return fits(signature, output, OutputLayout.ANCHORS_FIRST, second.get(), asked);
        }
        return new Differs("would have " + AnchorGrid.usual(signature.size()).sentence());
    }

    private static Optional<AnchorGrid> grid(DetectorSignature signature, long anchors) {
        return anchors == Shape.ANY
                ? Optional.of(AnchorGrid.usual(signature.size()))
                : AnchorGrid.find(signature.size(), anchors);
    }

    private static Attempt fits(
            DetectorSignature signature, TensorSignature output, OutputLayout layout, AnchorGrid grid, boolean asked) {
        boolean channelsFirst = layout == OutputLayout.CHANNELS_FIRST;
        int classes = (int) output.shape().dimension(channelsFirst ? 1 : 2) - 4;
        long anchors = output.shape().dimension(channelsFirst ? 2 : 1);
        int named = signature.names().size();
        boolean telling = named == classes || isUltralytics(signature);
        if (named > 0 && named != classes && !asked) {
            return new Differs("would have " + classes + " classes in " + output.name() + output.shape()
                    + ", and the metadata name " + named);
        }
        if (!telling && !asked && (!channelsFirst || anchors == Shape.ANY)) {
            return new Differs("could have " + output.name() + output.shape()
                    + ", but so could others, and no metadata (names, task, stride) tells");
        }
        List<String> evidence = new ArrayList<>();
        evidence.add("Output " + output.name() + output.shape() + " is " + (channelsFirst ? "[N,4+C,A]" : "[N,A,4+C]")
                + " with " + classes + " classes"
                + (anchors == Shape.ANY ? "; how many anchors, it leaves open." : " and A = " + grid.sentence() + "."));
        if (isUltralytics(signature)) {
            evidence.add("The metadata are as Ultralytics writes them.");
        }
        return new Fits(
                Fit.CENTRED, TensorFormat.unitRgb(signature.input().type()), output.name(), layout, classes, evidence);
    }

    private static boolean isUltralytics(DetectorSignature signature) {
        return signature.metadata().containsKey("task")
                || signature.metadata().getOrDefault("author", "").contains("Ultralytics");
    }

    @Override
    public DetectionDecoder decoder(Recognition.Detector detector, DetectionSettings settings) {
        return new Yolov8Decoder(detector, settings);
    }
}
