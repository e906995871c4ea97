package io.penstock.vision.detect;

import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.vision.tensor.Fit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ultralytics' models since YOLOv8 (v8, v9, 11, 12): {@code [N,4+C+E,A]} or its transpose, decoded and after the sigmoid,
 * without objectness. Input RGB in 0..1, letterbox centred on gray 114. Behind the classes stand what the task adds:
 * coefficients of masks (with a second output, the prototypes), key points, or an angle.
 *
 * <p>The transpose with C classes has the shape of YOLOX's grid with C-1, so it needs the metadata's word.
 */
final class Yolov8 implements Family {
    /** What a model finds, as its metadata call it. */
    enum Task {
        DETECT("detect"),
        SEGMENT("segment"),
        POSE("pose"),
        TURNED("obb");

        private final String metadata;

        Task(String metadata) {
            this.metadata = metadata;
        }
    }

    private static final String FORM = "has one output [N,4+C,A]";

    private final Task task;

    Yolov8(Task task) {
        this.task = task;
    }

    @Override
    public Attempt attempt(DetectorSignature signature, boolean asked) {
        String told = signature.metadata().getOrDefault("task", "");
        if (!told.isEmpty() && !told.equals(task.metadata) && !asked) {
            return new Differs("decodes task " + task.metadata + ", and the metadata's task is " + told);
        }
        List<TensorSignature> matrices = signature.matrices();
        List<TensorSignature> maps = task == Task.SEGMENT ? signature.floats(4) : List.of();
        int wanted = task == Task.SEGMENT ? 2 : 1;
        if (matrices.isEmpty()
                || (signature.outputs().size() != wanted && !asked)
                || (task == Task.SEGMENT && maps.isEmpty())) {
            return new Differs(task == Task.SEGMENT ? "has outputs [N,4+C+M,A] and [N,M,h,w]" : FORM);
        }
        Attempt last = new Differs(FORM);
        for (TensorSignature output : matrices) {
            last = attempt(signature, output, maps, asked);
            if (last instanceof Fits) {
                return last;
            }
        }
        return last;
    }

    private Attempt attempt(
            DetectorSignature signature, TensorSignature output, List<TensorSignature> maps, boolean asked) {
        Shape shape = output.shape();
        for (int anchorAxis = 2; anchorAxis >= 1; anchorAxis--) {
            Optional<AnchorGrid> grid = grid(signature, shape.dimension(anchorAxis));
            long channels = shape.dimension(3 - anchorAxis);
            if (grid.isPresent() && channels > 4) {
                return fits(new Reading(signature, output, maps, anchorAxis == 2, grid.get()), channels, asked);
            }
        }
        return new Differs("would have " + AnchorGrid.usual(signature.size()).sentence());
    }

    private static Optional<AnchorGrid> grid(DetectorSignature signature, long anchors) {
        return anchors == Shape.ANY
                ? Optional.of(AnchorGrid.usual(signature.size()))
                : AnchorGrid.find(signature.size(), anchors);
    }

    private record Reading(
            DetectorSignature signature,
            TensorSignature output,
            List<TensorSignature> maps,
            boolean channelsFirst,
            AnchorGrid grid) {}

    private Attempt fits(Reading reading, long channels, boolean asked) {
        DetectorSignature signature = reading.signature;
        List<Integer> points = MetadataText.numbers(signature.metadata().getOrDefault("kpt_shape", "[17, 3]"));
        int extra = switch (task) {
            case DETECT -> 0;
            case SEGMENT -> (int) reading.maps.getFirst().shape().dimension(1);
            case POSE -> points.size() == 2 ? points.getFirst() * points.getLast() : 0;
            case TURNED -> 1;
        };
        int classes = (int) channels - 4 - extra;
        boolean ultralytics = isUltralytics(signature);
        boolean untold = task == Task.POSE || task == Task.TURNED;
        if (classes < 1 || extra < 0) {
            return new Differs("has no room for a class in " + DetectorSignature.shown(reading.output));
        }
        if (signature.contradicts(classes) && !asked) {
            return new Differs("would have " + classes + " classes in " + DetectorSignature.shown(reading.output)
                    + ", and the metadata name " + signature.names().size());
        }
        boolean telling = ultralytics || signature.names().size() == classes;
        boolean posed = task == Task.POSE && (signature.metadata().containsKey("kpt_shape") || classes == 1);
        if (!asked && !telling && (!reading.channelsFirst || (untold && !posed))) {
            return new Differs("could have " + DetectorSignature.shown(reading.output)
                    + ", but so could others, and no metadata (names, task, stride) tells");
        }
        if (untold && !asked && !posed && !signature.metadata().containsKey("task")) {
            return new Differs("needs the metadata's task, which is not there");
        }
        List<TensorSignature> outputs = new ArrayList<>(List.of(reading.output));
        reading.maps.stream().limit(1).forEach(outputs::add);
        Yolov8Decoder.Form form = new Yolov8Decoder.Form(task, reading.channelsFirst, points);
        return new Fits(
                posed && !ultralytics
                        ? Strength.USUAL
                        : ultralytics && !signature.contradicts(classes) ? Strength.NAMED : signature.strength(classes),
                outputs,
                classes,
                signature.unit(Fit.CENTRED, 114),
                evidence(reading, classes, extra),
                (labels, settings) -> new Yolov8Decoder(form, new Selection(labels, settings)));
    }

    private List<String> evidence(Reading reading, int classes, int extra) {
        String more = switch (task) {
            case DETECT -> "";
            case SEGMENT -> "+M";
            case POSE -> "+K";
            case TURNED -> "+1";
        };
        List<String> evidence = new ArrayList<>();
        evidence.add("Output " + DetectorSignature.shown(reading.output) + " is "
                + (reading.channelsFirst ? "[N,4+C" + more + ",A]" : "[N,A,4+C" + more + "]") + " with " + classes
                + (classes == 1 ? " class" : " classes")
                + (extra == 0 ? "" : " and " + extra + " values for task " + task.metadata)
                + (reading.output.shape().dimension(reading.channelsFirst ? 2 : 1) == Shape.ANY
                        ? "; how many anchors, it leaves open."
                        : " and A = " + reading.grid.sentence() + "."));
        if (isUltralytics(reading.signature)) {
            evidence.add("The metadata are as Ultralytics writes them.");
        }
        return evidence;
    }

    static boolean isUltralytics(DetectorSignature signature) {
        return signature.metadata().containsKey("task")
                || signature.metadata().getOrDefault("author", "").contains("Ultralytics");
    }
}
