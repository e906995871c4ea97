package io.penstock.vision.detect;

import io.penstock.vision.tensor.Preprocessing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a model's signature was taken for. */
public sealed interface Recognition {
    /** What it was taken for and why, or what was tried, as sentences for whoever wrote the document. */
    List<String> evidence();

    /** Makes what reads a family's outputs. */
    interface DecoderFactory {
        /** @param labels by class number; where the number of classes is open, what lies beyond goes by its number */
        DetectionDecoder make(List<String> labels, DetectionSettings settings);
    }

    /** What may be said about the number of classes. */
    enum Classes {
        /** The shapes fix it. */
        FIXED,
        /** The shapes leave it open. */
        OPEN,
        /** Likewise, and numbers begin at 1, as TensorFlow's label maps do; 0 is the background. */
        OPEN_FROM_ONE
    }

    /**
     * A detector.
     *
     * @param family how its outputs are decoded
     * @param input the name of the input that takes the picture
     * @param constants inputs beside it
     * @param outputs names of the outputs that the family's decoder reads, in its order
     * @param labels names by class number, as many as there are classes
     */
    record Detector(
            DetectorFamily family,
            String input,
            List<ConstantInput> constants,
            List<String> outputs,
            Classes classes,
            List<String> labels,
            Preprocessing preprocessing,
            List<String> evidence,
            DecoderFactory decoders)
            implements Recognition {
        public Detector {
            constants = List.copyOf(constants);
            outputs = List.copyOf(outputs);
            labels = List.copyOf(labels);
            evidence = List.copyOf(evidence);
        }

        public int classCount() {
            return labels.size();
        }

        /**
         * The same with other class names.
         *
         * @throws IllegalArgumentException if there are more or fewer of them than classes
         */
        public Detector withLabels(List<String> names) {
            if (classes == Classes.FIXED && names.size() != labels.size()) {
                throw new IllegalArgumentException(
                        "the model has " + labels.size() + " classes, but " + names.size() + " labels are given");
            }
            List<String> given = new ArrayList<>(names);
            if (classes == Classes.OPEN_FROM_ONE && !names.getFirst().equalsIgnoreCase(LabelSet.BACKGROUND)) {
                given.addFirst(LabelSet.BACKGROUND);
            }
            return new Detector(family, input, constants, outputs, classes, given, preprocessing, evidence, decoders);
        }

        /**
         * The same with anchors of its own.
         *
         * @param lists widths and heights in turn, those of the finest stride first: one list, one a head or one an anchor
         * @throws IllegalArgumentException if its outputs are read without anchors, or have more or fewer of them
         */
        public Detector withAnchors(List<List<Double>> lists) {
            if (!(decoders instanceof AnchoredHeads.Decoders anchored)) {
                throw new IllegalArgumentException(family.id() + " is read without anchors; only "
                        + String.join(", ", DetectorFamily.anchored()) + " have them outside of the model");
            }
            AnchorSizes own = AnchorSizes.own(anchored.anchors().version(), lists);
            return new Detector(
                    family,
                    input,
                    constants,
                    outputs,
                    classes,
                    labels,
                    preprocessing,
                    evidence,
                    new AnchoredHeads.Decoders(own));
        }

        /** Which anchors its outputs are read with, in a sentence; empty where they are read without. */
        public Optional<String> anchors() {
            return decoders instanceof AnchoredHeads.Decoders anchored
                    ? Optional.of(anchored.anchors().sentence())
                    : Optional.empty();
        }

        /**
         * What reads its outputs.
         *
         * @throws IllegalArgumentException if the settings name a label that the model does not have
         */
        public DetectionDecoder decoder(DetectionSettings settings) {
            settings.requireKnown(labels);
            return decoders.make(labels, settings);
        }
    }

    /**
     * Several families, and nothing tells which.
     *
     * @param reason one sentence that asks for one of them by name
     * @param families that fit equally well
     */
    record Ambiguous(String reason, List<DetectorFamily> families, List<String> evidence) implements Recognition {
        public Ambiguous {
            families = List.copyOf(families);
            evidence = List.copyOf(evidence);
        }
    }

    /**
     * None of the known families.
     *
     * @param reason one sentence with the model's names and shapes and what was tried
     */
    record Unknown(String reason, List<String> evidence) implements Recognition {
        public Unknown {
            evidence = List.copyOf(evidence);
        }
    }
}
