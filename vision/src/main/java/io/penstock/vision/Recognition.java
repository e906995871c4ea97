package io.penstock.vision;

import java.util.List;

/** What a model's signature was taken for. */
public sealed interface Recognition {
    /** What it was taken for and why, or what was tried, as sentences for whoever wrote the document. */
    List<String> evidence();

    /**
     * A detector.
     *
     * @param family how its outputs are decoded
     * @param input the name of the input that takes the picture
     * @param outputs names of the outputs that the family's decoder reads, in its order
     * @param labels names by class number, as many as there are classes
     */
    record Detector(
            DetectorFamily family,
            String input,
            List<String> outputs,
            OutputLayout layout,
            List<String> labels,
            Preprocessing preprocessing,
            List<String> evidence)
            implements Recognition {
        public Detector {
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
            if (names.size() != labels.size()) {
                throw new IllegalArgumentException(
                        "the model has " + labels.size() + " classes, but " + names.size() + " labels are given");
            }
            return new Detector(family, input, outputs, layout, names, preprocessing, evidence);
        }

        public DetectionDecoder decoder(DetectionSettings settings) {
            return family.decoder(this, settings);
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
