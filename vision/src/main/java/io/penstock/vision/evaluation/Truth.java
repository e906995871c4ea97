package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Box;

/**
 * One object that is in a picture.
 *
 * @param ignored a region in which finding the object is neither right nor wrong: it is there, but too hidden or too
 *     small to be asked for. Detections of its label that lie in it (see {@link PrecisionEvaluation}) are not counted
 */
public record Truth(String label, Box box, boolean ignored) {
    public Truth(String label, Box box) {
        this(label, box, false);
    }
}
