package io.penstock.vision;

import io.penstock.pipeline.Step;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.spec.InferencePipeline;
import io.penstock.spec.StepSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a document's steps come to for the model that it names: absent ones are completed with what the model's family
 * asks for, and how that was recognised is said.
 *
 * @param before steps up to the model's input
 * @param after steps from the model's outputs
 * @param size of the network's input, pixels
 * @param labels of the classes, by number
 * @param evidence what {@code auto} was taken as and why, in sentences
 */
public record VisionPlan(List<Step> before, List<Step> after, Size size, List<String> labels, List<String> evidence) {
    private static final StepSpec.Detections DEFAULT =
            new StepSpec.Detections(StepSpec.DetectorLayout.AUTO, Optional.empty(), 0.5, Map.of(), 0.45, 300);

    public VisionPlan {
        before = List.copyOf(before);
        after = List.copyOf(after);
        labels = List.copyOf(labels);
        evidence = List.copyOf(evidence);
    }

    /**
     * Plans the steps of a document.
     *
     * @param override settings that stand in for the document's, as evaluation needs them
     * @return empty where the document names no steps and the model is of no family known: the raw model answers alone
     * @throws ServingException with {@link ErrorCode#INVALID_REQUEST} where steps and model do not fit one another
     */
    public static Optional<VisionPlan> of(
            InferencePipeline.Spec spec,
            ModelSignature signature,
            PictureCodec codec,
            Optional<DetectionSettings> override) {
        StepSpec.Detections wanted = spec.postprocess().stream()
                .flatMap(List::stream)
                .filter(StepSpec.Detections.class::isInstance)
                .map(StepSpec.Detections.class::cast)
                .findFirst()
                .orElse(DEFAULT);
        Recognition recognition = switch (wanted.layout()) {
            case AUTO -> DetectorRecognition.recognise(signature);
            case YOLOX -> DetectorRecognition.recognise(signature, DetectorFamily.YOLOX);
            case YOLOV8 -> DetectorRecognition.recognise(signature, DetectorFamily.YOLOV8);
        };
        return switch (recognition) {
            case Recognition.Unknown unknown -> {
                if (spec.preprocess().isEmpty() && spec.postprocess().isEmpty()) {
                    yield Optional.empty();
                }
                throw refused(unknown.reason());
            }
            case Recognition.Detector detector ->
                Optional.of(
                        plan(spec, signature, codec, labelled(detector, wanted), override.orElse(settings(wanted))));
        };
    }

    private static VisionPlan plan(
            InferencePipeline.Spec spec,
            ModelSignature signature,
            PictureCodec codec,
            Recognition.Detector detector,
            DetectionSettings settings) {
        Preprocessing preprocessing = spec.preprocess()
                .map(steps -> written(steps, signature, detector.input()))
                .orElse(detector.preprocessing());
        List<Step> before = List.of(new DecodeImageStep(codec), new PictureTensorStep(detector.input(), preprocessing));
        DetectionDecoder decoder = detector.decoder(settings);
        List<Step> after = List.of(new DetectionsStep(detector.outputs(), decoder, preprocessing));
        List<String> evidence = new ArrayList<>();
        evidence.add("detections: " + detector.family().id() + ", " + detector.classCount() + " classes ("
                + shortened(detector.labels()) + ")");
        evidence.addAll(detector.evidence());
        if (spec.preprocess().isPresent()) {
            evidence.add("The document says how pictures go in: " + preprocessing.size() + ", "
                    + preprocessing.fit().name().toLowerCase(Locale.ROOT) + ".");
        }
        return new VisionPlan(before, after, preprocessing.size(), detector.labels(), evidence);
    }

    private static Recognition.Detector labelled(Recognition.Detector detector, StepSpec.Detections wanted) {
        if (wanted.labels().isEmpty()) {
            return detector;
        }
        StepSpec.Labels labels = wanted.labels().get();
        try {
            return detector.withLabels(labels.isCoco() ? LabelSet.COCO.labels() : labels.names());
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "detections.labels: " + e.getMessage(), e);
        }
    }

    private static DetectionSettings settings(StepSpec.Detections wanted) {
        Map<String, Float> perClass = wanted.perClass().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().floatValue()));
        return new DetectionSettings(
                (float) wanted.scoreThreshold(), perClass, (float) wanted.iouThreshold(), wanted.maxDetections(), true);
    }

    private static Preprocessing written(List<StepSpec> steps, ModelSignature signature, String input) {
        Fit fit = Fit.STRETCH;
        Size size = new Size(1, 1);
        int pad = 0;
        StepSpec.@Nullable ToTensor numbers = null;
        for (StepSpec step : steps) {
            switch (step) {
                case StepSpec.DecodeImage _, StepSpec.Detections _ -> {}
                case StepSpec.Letterbox letterbox -> {
                    fit = letterbox.place() == StepSpec.Place.CENTRE ? Fit.CENTRED : Fit.TOP_LEFT;
                    size = new Size(letterbox.width(), letterbox.height());
                    pad = letterbox.pad();
                }
                case StepSpec.Resize resize -> size = new Size(resize.width(), resize.height());
                case StepSpec.ToTensor toTensor -> numbers = toTensor;
            }
        }
        if (numbers == null) {
            throw refused("preprocess must end with toTensor, so that the model has its input");
        }
        TensorFormat format = format(numbers, pad);
        TensorSignature takes = signature.findInput(input).orElseThrow();
        if (takes.type() != format.type() || !takes.shape().accepts(format.shape(1, size))) {
            throw refused("preprocess makes " + format.type() + format.shape(1, size) + ", but the model's input "
                    + input + " is " + takes.type() + takes.shape());
        }
        return new Preprocessing(fit, size, format);
    }

    private static TensorFormat format(StepSpec.ToTensor numbers, int pad) {
        try {
            return new TensorFormat(
                    numbers.type() == StepSpec.ElementType.FP32 ? DataType.FP32 : DataType.UINT8,
                    numbers.layout() == StepSpec.TensorLayout.NCHW
                            ? TensorFormat.Layout.NCHW
                            : TensorFormat.Layout.NHWC,
                    numbers.order() == StepSpec.ChannelOrder.RGB ? TensorFormat.Order.RGB : TensorFormat.Order.BGR,
                    (float) numbers.scale(),
                    numbers.mean().stream().map(Double::floatValue).toList(),
                    numbers.std().stream().map(Double::floatValue).toList(),
                    pad);
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "toTensor: " + e.getMessage(), e);
        }
    }

    private static String shortened(List<String> labels) {
        return labels.size() <= 6 ? String.join(", ", labels) : String.join(", ", labels.subList(0, 5)) + ", ...";
    }

    private static ServingException refused(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }
}
