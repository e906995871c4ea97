package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Box;

/**
 * One object of one frame of a stream.
 *
 * @param identity the same in all frames that show the object
 * @param ignored whether following it is neither right nor wrong here, for it is too hidden or too small
 */
public record TrackTruth(long identity, String label, Box box, boolean ignored) {
    public TrackTruth(long identity, String label, Box box) {
        this(identity, label, box, false);
    }
}
