package io.penstock.pipeline.frame;

import java.util.List;
import java.util.Optional;

/**
 * One object found in a picture.
 *
 * @param label the class's name, or its number where no names are known
 * @param score 0..1
 * @param box pixels of the source picture, clipped to it; with an angle, the rectangle before it is turned, which is not
 * @param mask which pixels are the object's, from models that segment
 * @param keyPoints places on the object, from models that find poses or faces; else empty
 * @param angle by which the box is turned about its centre, radians, clockwise
 * @param track what following it over frames told; absent where objects are not tracked, or this one is not yet
 * @param colours that it shows most of, the largest share first; empty unless they are asked for
 */
public record Detection(
        String label,
        int classId,
        float score,
        Box box,
        Optional<Mask> mask,
        List<KeyPoint> keyPoints,
        Optional<Float> angle,
        Optional<Track> track,
        List<ColourShare> colours) {
    public Detection {
        keyPoints = List.copyOf(keyPoints);
        colours = List.copyOf(colours);
    }

    /** A box and nothing more. */
    public Detection(String label, int classId, float score, Box box) {
        this(label, classId, score, box, Optional.empty(), List.of(), Optional.empty(), Optional.empty(), List.of());
    }

    public Detection labelled(String other) {
        return new Detection(other, classId, score, box, mask, keyPoints, angle, track, colours);
    }

    public Detection withMask(Mask found) {
        return new Detection(label, classId, score, box, Optional.of(found), keyPoints, angle, track, colours);
    }

    public Detection withKeyPoints(List<KeyPoint> found) {
        return new Detection(label, classId, score, box, mask, found, angle, track, colours);
    }

    /** The same object as a rectangle turned about its centre. */
    public Detection turned(Box upright, float radians) {
        return new Detection(label, classId, score, upright, mask, keyPoints, Optional.of(radians), track, colours);
    }

    public Detection withTrack(Track known) {
        return new Detection(label, classId, score, box, mask, keyPoints, angle, Optional.of(known), colours);
    }

    public Detection withColours(List<ColourShare> found) {
        return new Detection(label, classId, score, box, mask, keyPoints, angle, track, found);
    }
}
