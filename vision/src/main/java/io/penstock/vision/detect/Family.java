package io.penstock.vision.detect;

import io.penstock.serving.backend.TensorSignature;
import io.penstock.vision.tensor.Preprocessing;
import java.util.List;

/** What each family of detectors must know: its own kind of signature, and how to read its outputs. */
interface Family {
    /** The number of classes is not in the shapes. */
    int OPEN = -1;

    /**
     * Whether the signature is this family's.
     *
     * @param asked the document names the family, so shapes that it may have are enough
     */
    Attempt attempt(DetectorSignature signature, boolean asked);

    /** How much speaks for a reading. Where several fit, the strongest is taken, and none where two are equally strong. */
    enum Strength {
        /** The shapes allow it. */
        POSSIBLE,
        /** It comes to a number of classes that published models have, such as the 80 of COCO. */
        USUAL,
        /** It comes to as many classes as the metadata name, or names or metadata are this family's own. */
        NAMED
    }

    /** The outcome of an attempt. */
    sealed interface Attempt {}

    /**
     * It is this family's.
     *
     * @param outputs that the decoder reads, in its order
     * @param classes how many, or {@link #OPEN}
     * @param evidence sentences about the outputs
     */
    record Fits(
            Strength strength,
            List<TensorSignature> outputs,
            int classes,
            Preprocessing preprocessing,
            List<String> evidence,
            Recognition.DecoderFactory decoders)
            implements Attempt {
        public Fits {
            outputs = List.copyOf(outputs);
            evidence = List.copyOf(evidence);
        }
    }

    /** @param why the rest of a sentence that begins with the family's name */
    record Differs(String why) implements Attempt {}
}
