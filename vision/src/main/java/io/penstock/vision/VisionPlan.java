package io.penstock.vision;

import io.penstock.pipeline.InferStep;
import io.penstock.pipeline.Step;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Shape;
import io.penstock.spec.DetectorLayout;
import io.penstock.spec.InferencePipeline;
import io.penstock.spec.PipelineCalls;
import io.penstock.spec.StepSpec;
import io.penstock.vision.detect.ClassifierRecognition;
import io.penstock.vision.detect.ClassifierRecognition.Classifier;
import io.penstock.vision.detect.DetectionDecoder;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.detect.DetectorFamily;
import io.penstock.vision.detect.DetectorRecognition;
import io.penstock.vision.detect.LabelSet;
import io.penstock.vision.detect.Recognition;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What a document's steps come to for the model that it names: absent ones are completed with what the model's family
 * asks for, and how that was recognised is said.
 *
 * @param before steps up to the model's input
 * @param after steps from the model's outputs
 * @param size of the network's input, pixels
 * @param labels of the classes, by number
 * @param family what the model was taken for: {@code yolov8}, {@code classifier}
 * @param evidence what {@code auto} was taken as and why, in sentences
 */
public record VisionPlan(
        List<Step> before, List<Step> after, Size size, List<String> labels, String family, List<String> evidence) {
    private static final int FEW = 6;

    public VisionPlan {
        before = List.copyOf(before);
        after = List.copyOf(after);
        labels = List.copyOf(labels);
        evidence = List.copyOf(evidence);
    }

    /**
     * A model as a plan sees it.
     *
     * @param operators kinds of operators in its graph, asked for only where a reading depends on them; empty where
     *     they are not known
     */
    public record Model(ModelSignature signature, Supplier<Set<String>> operators) {}

    /**
     * Plans the steps of a document.
     *
     * @param override settings that stand in for the document's, as evaluation needs them
     * @return empty where the document names no steps and nothing tells what the model is: the raw model answers alone
     * @throws ServingException with {@link ErrorCode#INVALID_REQUEST} where steps and model do not fit one another
     */
    public static Optional<VisionPlan> of(
            InferencePipeline.Spec spec, Model model, PictureCodec codec, Optional<DetectionSettings> override) {
        List<StepSpec> after = spec.postprocess().orElse(List.of());
        for (StepSpec step : after) {
            if (step instanceof StepSpec.Classify || step instanceof StepSpec.Embed) {
                Classifier found = ClassifierRecognition.recognise(model.signature(), true)
                        .orElseThrow(
                                () -> refused("a model that classifies has an input [N,3,H,W] and an output [N,C]; "
                                        + described(model)));
                return Optional.of(whole(spec, model, codec, found, step));
            }
        }
        boolean written = spec.preprocess().isPresent() || spec.postprocess().isPresent();
        StepSpec.Detections wanted = after.stream()
                .filter(StepSpec.Detections.class::isInstance)
                .map(StepSpec.Detections.class::cast)
                .findFirst()
                .orElse(StepSpec.Detections.usual());
        Recognition recognition = recognise(model, wanted.layout());
        if (recognition instanceof Recognition.Detector detector) {
            return Optional.of(detections(spec, model, codec, anchored(labelled(detector, wanted), wanted), override));
        }
        if (!written) {
            return ClassifierRecognition.recognise(model.signature(), false)
                    .map(found -> whole(spec, model, codec, found, new StepSpec.Classify(5, Optional.empty())));
        }
        throw refused(reason(recognition));
    }

    /** Why nothing is read from the outputs of a model whose document names no steps, in one sentence. */
    public static String whyRaw(Model model) {
        return reason(recognise(model, DetectorLayout.AUTO));
    }

    private static String reason(Recognition recognition) {
        return switch (recognition) {
            case Recognition.Unknown unknown -> unknown.reason();
            case Recognition.Ambiguous ambiguous -> ambiguous.reason();
            case Recognition.Detector detector -> String.join(" ", detector.evidence());
        };
    }

    private static String described(Model model) {
        return "this one has inputs " + shapes(model.signature().inputs()) + " and outputs "
                + shapes(model.signature().outputs());
    }

    private static String shapes(List<TensorSignature> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.name() + " " + tensor.type() + tensor.shape())
                .collect(Collectors.joining(", "));
    }

    private static Recognition recognise(Model model, DetectorLayout layout) {
        return DetectorFamily.find(layout.toString())
                .map(family -> DetectorRecognition.recognise(model.signature(), model.operators(), family))
                .orElseGet(() -> DetectorRecognition.recognise(model.signature(), model.operators()));
    }

    private static VisionPlan detections(
            InferencePipeline.Spec spec,
            Model model,
            PictureCodec codec,
            Recognition.Detector detector,
            Optional<DetectionSettings> override) {
        StepSpec.Detections wanted = wanted(spec);
        List<StepSpec> written = spec.postprocess().orElse(List.of());
        FurtherSteps further = new FurtherSteps(written, override.orElse(settings(wanted)), wanted.translate());
        DetectionSettings settings = further.forDetector();
        Preprocessing preprocessing = spec.preprocess()
                .map(steps -> WrittenSteps.preprocessing(steps, model.signature(), detector.input()))
                .orElse(detector.preprocessing());
        TileGrid tiles = new TileGrid(preprocessing, wanted.tiles());
        if (tiles.count() > 1) {
            requireBatches(model.signature(), detector);
        }
        DetectionDecoder decoder = decoder(detector, settings);
        for (String label : wanted.translate().keySet().stream().sorted().toList()) {
            if (!detector.labels().contains(label)) {
                throw refused("detections.translate names " + label + ", which is no class of the model");
            }
        }
        requireKnown(PipelineCalls.steps(spec), detector.labels(), wanted.translate());
        List<Step> before = List.of(
                new DecodeImageStep(codec),
                new PictureTensorStep(detector.input(), detector.constants(), preprocessing, tiles));
        List<Step> after = new ArrayList<>();
        after.add(new DetectionsStep(detector.outputs(), decoder, settings, tiles, wanted.translate()));
        after.addAll(further.make(written));
        List<String> evidence = new ArrayList<>();
        evidence.add("detections: " + detector.family().id() + ", " + detector.classCount()
                + (detector.classCount() == 1 ? " class (" : " classes (") + shortened(detector.labels()) + ")");
        evidence.addAll(detector.evidence());
        detector.anchors().ifPresent(evidence::add);
        sayWritten(spec, preprocessing, evidence);
        sayCalls(spec, evidence);
        if (tiles.count() > 1) {
            evidence.add("Each picture goes in as a batch of " + tiles.count() + " tiles.");
        }
        return new VisionPlan(
                before,
                after,
                preprocessing.size(),
                detector.labels(),
                detector.family().id(),
                evidence);
    }

    /** A label that no object has would leave the other pipeline without a question, and nobody would know why. */
    private static void requireKnown(
            List<StepSpec.Infer> calls, List<String> labels, Map<String, String> translations) {
        Set<String> told = labels.stream()
                .map(label -> translations.getOrDefault(label, label))
                .collect(Collectors.toSet());
        for (StepSpec.Infer call : calls) {
            for (String label : call.labels()) {
                if (!told.contains(label)) {
                    throw refused("infer.labels names " + label + ", which no object found here is called");
                }
            }
        }
    }

    private static StepSpec.Detections wanted(InferencePipeline.Spec spec) {
        return spec.postprocess().orElse(List.of()).stream()
                .filter(StepSpec.Detections.class::isInstance)
                .map(StepSpec.Detections.class::cast)
                .findFirst()
                .orElse(StepSpec.Detections.usual());
    }

    private static DetectionDecoder decoder(Recognition.Detector detector, DetectionSettings settings) {
        try {
            return detector.decoder(settings);
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "detections: " + e.getMessage(), e);
        }
    }

    private static void requireBatches(ModelSignature signature, Recognition.Detector detector) {
        Shape input = signature.findInput(detector.input()).orElseThrow().shape();
        if (input.dimension(0) != Shape.ANY) {
            throw refused("detections.tiles needs a model that takes several pictures at once, and the input "
                    + detector.input() + input + " takes " + input.dimension(0));
        }
    }

    private static VisionPlan whole(
            InferencePipeline.Spec spec, Model model, PictureCodec codec, Classifier found, StepSpec step) {
        Preprocessing preprocessing = spec.preprocess()
                .map(steps -> WrittenSteps.preprocessing(steps, model.signature(), found.input()))
                .orElse(found.preprocessing());
        List<String> labels = found.labels();
        if (step instanceof StepSpec.Classify classify && classify.labels().isPresent()) {
            labels = named(classify.labels().get());
            long classes = model.signature()
                    .findOutput(found.output())
                    .orElseThrow()
                    .shape()
                    .dimension(1);
            if (classes != Shape.ANY && classes != labels.size()) {
                throw refused("classify.labels: the model has " + classes + " classes, but " + labels.size()
                        + " labels are given");
            }
        }
        boolean embeds = step instanceof StepSpec.Embed;
        List<String> evidence = new ArrayList<>();
        evidence.add(
                embeds
                        ? "embed: output " + found.output()
                        : "classify: " + labels.size() + " classes (" + shortened(labels) + ")");
        evidence.addAll(found.evidence());
        sayWritten(spec, preprocessing, evidence);
        TileGrid one = new TileGrid(preprocessing, Optional.empty());
        List<Step> after = new ArrayList<>();
        after.add(new VectorStep(found.output(), labels, step));
        PipelineCalls.steps(spec).forEach(infer -> after.add(new InferStep(infer)));
        sayCalls(spec, evidence);
        return new VisionPlan(
                List.of(
                        new DecodeImageStep(codec),
                        new PictureTensorStep(found.input(), List.of(), preprocessing, one)),
                after,
                preprocessing.size(),
                labels,
                embeds ? "embedding" : "classifier",
                evidence);
    }

    private static void sayWritten(InferencePipeline.Spec spec, Preprocessing preprocessing, List<String> evidence) {
        if (spec.preprocess().isPresent()) {
            evidence.add("The document says how pictures go in: " + preprocessing.sentence() + ".");
        }
    }

    private static void sayCalls(InferencePipeline.Spec spec, List<String> evidence) {
        for (StepSpec.Infer infer : PipelineCalls.steps(spec)) {
            String kinds = infer.labels().isEmpty() ? "" : " (" + shortened(infer.labels()) + ")";
            evidence.add(
                    infer.crop()
                            ? "Pipeline " + infer.pipeline() + " is shown each object" + kinds + ", at most "
                                    + infer.maxCrops() + " of a picture."
                            : "Pipeline " + infer.pipeline() + " is shown the whole picture, too.");
        }
    }

    private static Recognition.Detector labelled(Recognition.Detector detector, StepSpec.Detections wanted) {
        if (wanted.labels().isEmpty()) {
            return detector;
        }
        try {
            return detector.withLabels(named(wanted.labels().get()));
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "detections.labels: " + e.getMessage(), e);
        }
    }

    private static Recognition.Detector anchored(Recognition.Detector detector, StepSpec.Detections wanted) {
        if (wanted.anchors().isEmpty()) {
            return detector;
        }
        try {
            return detector.withAnchors(wanted.anchors().get().lists());
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "detections.anchors: " + e.getMessage(), e);
        }
    }

    private static List<String> named(StepSpec.Labels labels) {
        return LabelSet.find(labels.set()).map(LabelSet::labels).orElse(labels.names());
    }

    private static DetectionSettings settings(StepSpec.Detections wanted) {
        Map<String, Float> perClass = wanted.perClass().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().floatValue()));
        return new DetectionSettings(
                (float) wanted.scoreThreshold(),
                perClass,
                (float) wanted.iouThreshold(),
                wanted.maxDetections(),
                true,
                wanted.agnostic());
    }

    private static String shortened(List<String> labels) {
        return labels.size() <= FEW ? String.join(", ", labels) : String.join(", ", labels.subList(0, 5)) + ", ...";
    }

    private static ServingException refused(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }
}
