package io.penstock.scene;

import io.penstock.pipeline.frame.Picture;
import java.util.List;

/**
 * One frame of the street.
 *
 * @param picture packed RGB
 * @param truth every object of which a pixel can be seen
 */
public record SceneFrame(Picture picture, List<SceneObject> truth) {
    public SceneFrame {
        truth = List.copyOf(truth);
    }
}
