package io.penstock.scene;

import io.penstock.pipeline.frame.Box;

/**
 * The truth about one object of a frame.
 *
 * @param classId its place in {@link StreetScene#LABELS}
 * @param identity the same in every frame that shows the object, and no other object's
 * @param box what holds the object's whole silhouette, hidden parts too, clipped to the picture, in pixels
 * @param visibility 0 (exclusive) to 1: the share of the silhouette's pixels in the picture that nothing hides, times
 *     the share of the object's whole rectangle that lies in the picture
 */
public record SceneObject(int classId, long identity, Box box, float visibility) {
    public String label() {
        return StreetScene.LABELS.get(classId);
    }
}
