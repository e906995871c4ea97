package io.penstock.vision.detect;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Tells from a model's signature which family of detectors it belongs to, and on what grounds. Every family is tried;
 * where more than one fits, the one for which more speaks is taken, and where that is none, nothing is guessed.
 */
public final class DetectorRecognition {
    private DetectorRecognition() {}

    private record Reading(DetectorFamily family, Family.Fits fits) {}

    /** Tries every family, with nothing known of the graph. */
    public static Recognition recognise(ModelSignature model) {
        return recognise(model, Set::of);
    }

    /**
     * Tries every family.
     *
     * @param operators kinds of operators in the model's graph, by which some readings of equal shapes differ; asked
     *     for only where one does, empty where they are not known
     */
    public static Recognition recognise(ModelSignature model, Supplier<Set<String>> operators) {
        Optional<DetectorSignature> found = DetectorSignature.of(model, operators);
        if (found.isEmpty()) {
            return noPicture(model);
        }
        List<Reading> readings = new ArrayList<>();
        List<String> tried = new ArrayList<>();
        for (DetectorFamily family : DetectorFamily.values()) {
            switch (family.attempt(found.get(), false)) {
                case Family.Fits fits -> readings.add(new Reading(family, fits));
                case Family.Differs differs -> tried.add(family.id() + " " + differs.why() + ".");
            }
        }
        return readings.isEmpty() ? unknown(model, tried) : choose(found.get(), readings);
    }

    /** Takes the model as of this family, wherever its shapes allow that. */
    public static Recognition recognise(ModelSignature model, Supplier<Set<String>> operators, DetectorFamily family) {
        Optional<DetectorSignature> found = DetectorSignature.of(model, operators);
        if (found.isEmpty()) {
            return noPicture(model);
        }
        return switch (family.attempt(found.get(), true)) {
            case Family.Fits fits ->
                detector(
                        found.get(),
                        new Reading(family, fits),
                        List.of("The document asks for " + family.id() + ", and the shapes allow it."));
            case Family.Differs differs -> unknown(model, List.of(family.id() + " " + differs.why() + "."));
        };
    }

    private static Recognition choose(DetectorSignature signature, List<Reading> readings) {
        Family.Strength strongest = readings.stream()
                .map(reading -> reading.fits().strength())
                .max(Family.Strength::compareTo)
                .orElseThrow();
        List<Reading> best = readings.stream()
                .filter(reading -> reading.fits().strength() == strongest)
                .toList();
        if (best.size() == 1) {
            List<String> others = readings.stream()
                    .filter(reading -> reading.fits().strength() != strongest)
                    .map(reading -> "It could be read as " + reading.family().id() + ", too, for which less speaks: "
                            + reading.fits().evidence().getFirst())
                    .toList();
            return detector(signature, best.getFirst(), others);
        }
        List<String> evidence = new ArrayList<>();
        best.forEach(reading -> evidence.add(reading.family().id() + ": "
                + String.join(" ", reading.fits().evidence()) + " " + pictures(reading.fits())));
        List<DetectorFamily> families = best.stream().map(Reading::family).toList();
        String choices = families.stream().map(DetectorFamily::id).collect(Collectors.joining(" or layout: "));
        return new Recognition.Ambiguous(
                "the outputs " + tensors(signature.outputs()) + " can be read in " + best.size()
                        + " ways, and nothing in the file tells which; write - detections: {layout: "
                        + choices.replace(" or layout: ", "} or {layout: ") + "} in postprocess. "
                        + String.join(" ", evidence),
                families,
                evidence);
    }

    private static Recognition detector(DetectorSignature signature, Reading reading, List<String> further) {
        Family.Fits fits = reading.fits();
        List<String> evidence = new ArrayList<>();
        evidence.add(signature.sizeEvidence());
        evidence.addAll(fits.evidence());
        List<String> labels = labels(signature, reading, evidence);
        evidence.add(pictures(fits));
        evidence.addAll(further);
        Recognition.Classes classes = fits.classes() != Family.OPEN
                ? Recognition.Classes.FIXED
                : reading.family() == DetectorFamily.TF_DETECTION
                        ? Recognition.Classes.OPEN_FROM_ONE
                        : Recognition.Classes.OPEN;
        return new Recognition.Detector(
                reading.family(),
                signature.input().name(),
                signature.constants(),
                fits.outputs().stream().map(TensorSignature::name).toList(),
                classes,
                labels,
                fits.preprocessing(),
                evidence,
                fits.decoders());
    }

    private static String pictures(Family.Fits fits) {
        return "Pictures go in as " + fits.preprocessing().sentence() + ".";
    }

    private static List<String> labels(DetectorSignature signature, Reading reading, List<String> evidence) {
        int classes = reading.fits().classes();
        if (!signature.names().isEmpty()
                && (classes == Family.OPEN || signature.names().size() == classes)) {
            evidence.add("The metadata name the " + signature.names().size() + " classes.");
            return signature.names();
        }
        String why = signature.names().isEmpty()
                ? "The metadata name no classes"
                : "The metadata name " + signature.names().size() + " classes, which is not " + classes;
        if (classes == Family.OPEN) {
            LabelSet set = reading.family() == DetectorFamily.TF_DETECTION ? LabelSet.COCO_IDS : LabelSet.COCO;
            evidence.add(
                    why + ", and the shapes leave their number open; they are taken as those of " + set.id() + ".");
            return set.labels();
        }
        if (reading.family() == DetectorFamily.CLASS_MAP
                && classes == LabelSet.VOC.labels().size() + 1) {
            evidence.add(why + "; 21 classes are taken as the background and those of voc.");
            List<String> names = new ArrayList<>(LabelSet.VOC.labels());
            names.addFirst(LabelSet.BACKGROUND);
            return names;
        }
        Optional<LabelSet> set = LabelSet.ofSize(classes);
        if (set.isPresent()) {
            evidence.add(why + "; " + classes + " classes are taken as those of "
                    + set.get().id() + ".");
            return set.get().labels();
        }
        evidence.add(why + "; labels are class numbers.");
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    private static Recognition noPicture(ModelSignature model) {
        return unknown(
                model,
                List.of("A detector has one input [N,3,H,W] or [N,H,W,3] of FP32, FP16 or UINT8, and beside it at most"
                        + " such as say the picture's size."));
    }

    private static Recognition unknown(ModelSignature model, List<String> tried) {
        String reason = "the model is of no detector family that is known here: inputs " + tensors(model.inputs())
                + ", outputs " + tensors(model.outputs()) + "; tried: " + String.join(" ", tried);
        return new Recognition.Unknown(reason, tried);
    }

    private static String tensors(List<TensorSignature> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.name() + " " + tensor.type() + tensor.shape())
                .collect(Collectors.joining(", "));
    }
}
