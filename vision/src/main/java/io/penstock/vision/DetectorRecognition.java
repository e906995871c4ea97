package io.penstock.vision;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tells from a model's signature which family of detectors it belongs to, and on what grounds. */
public final class DetectorRecognition {
    private DetectorRecognition() {}

    /** Tries every family in turn. */
    public static Recognition recognise(ModelSignature model) {
        return recognise(model, Arrays.asList(DetectorFamily.values()), false);
    }

    /** Takes the model as of this family, wherever its shapes allow that. */
    public static Recognition recognise(ModelSignature model, DetectorFamily family) {
        return recognise(model, List.of(family), true);
    }

    private static Recognition recognise(ModelSignature model, List<DetectorFamily> families, boolean asked) {
        List<String> tried = new ArrayList<>();
        var found = DetectorSignature.of(model);
        if (found.isEmpty()) {
            tried.add("A detector has one input [N,3,H,W] of FP32 or FP16.");
            return unknown(model, tried);
        }
        DetectorSignature signature = found.get();
        for (DetectorFamily family : families) {
            switch (family.attempt(signature, asked)) {
                case Family.Fits fits -> {
                    return detector(family, signature, fits, asked);
                }
                case Family.Differs differs -> tried.add(family.id() + " " + differs.why() + ".");
            }
        }
        return unknown(model, tried);
    }

    private static Recognition detector(
            DetectorFamily family, DetectorSignature signature, Family.Fits fits, boolean asked) {
        List<String> evidence = new ArrayList<>();
        if (asked) {
            evidence.add("The document asks for " + family.id() + ", and the shapes allow it.");
        }
        evidence.add(signature.sizeEvidence());
        evidence.addAll(fits.evidence());
        List<String> labels = labels(signature, fits.classes(), evidence);
        evidence.add("Pictures go in as " + fits.format().order() + ", "
                + (fits.format().scale() == 1 ? "0..255" : "0..1") + ", "
                + (fits.fit() == Fit.CENTRED ? "centred" : "at the top left") + " on gray "
                + fits.format().pad() + ".");
        return new Recognition.Detector(
                family,
                signature.input().name(),
                List.of(fits.output()),
                fits.layout(),
                labels,
                new Preprocessing(fits.fit(), signature.size(), fits.format()),
                evidence);
    }

    private static List<String> labels(DetectorSignature signature, int classes, List<String> evidence) {
        if (signature.names().size() == classes) {
            evidence.add("The metadata name the " + classes + " classes.");
            return signature.names();
        }
        String why = signature.names().isEmpty()
                ? "The metadata name no classes"
                : "The metadata name " + signature.names().size() + " classes, which is not " + classes;
        for (LabelSet set : LabelSet.values()) {
            if (set.labels().size() == classes) {
                evidence.add(why + "; " + classes + " classes are taken as those of " + set + ".");
                return set.labels();
            }
        }
        evidence.add(why + "; labels are class numbers.");
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
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
