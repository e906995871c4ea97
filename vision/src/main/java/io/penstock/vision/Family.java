package io.penstock.vision;

import java.util.List;

/** What each family of detectors must know: its own kind of signature, and how to read its outputs. */
interface Family {
    /**
     * Whether the signature is this family's.
     *
     * @param asked the document names the family, so shapes that it may have are enough
     */
    Attempt attempt(DetectorSignature signature, boolean asked);

    DetectionDecoder decoder(Recognition.Detector detector, DetectionSettings settings);

    /** The outcome of an attempt. */
    sealed interface Attempt {}

    /** It is this family's. */
    record Fits(Fit fit, TensorFormat format, String output, OutputLayout layout, int classes, List<String> evidence)
            implements Attempt {}

    /** @param why the rest of a sentence that begins with the family's name */
    record Differs(String why) implements Attempt {}
}
