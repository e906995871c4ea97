package io.penstock.pipeline.frame;

import java.util.ArrayList;
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
 * @param inferred what other pipelines found inside the box, in pixels of the source picture, too
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
        List<ColourShare> colours,
        List<Inference> inferred) {
    public Detection {
        keyPoints = List.copyOf(keyPoints);
        colours = List.copyOf(colours);
        inferred = List.copyOf(inferred);
    }

    /** A box and nothing more. */
    public Detection(String label, int classId, float score, Box box) {
        this(
                label,
                classId,
                score,
                box,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    public Detection labelled(String other) {
        return new Detection(other, classId, score, box, mask, keyPoints, angle, track, colours, inferred);
    }

    public Detection withMask(Mask found) {
        return new Detection(
                label, classId, score, box, Optional.of(found), keyPoints, angle, track, colours, inferred);
    }

    public Detection withKeyPoints(List<KeyPoint> found) {
        return new Detection(label, classId, score, box, mask, found, angle, track, colours, inferred);
    }

    /** The same object as a rectangle turned about its centre. */
    public Detection turned(Box upright, float radians) {
        return new Detection(
                label, classId, score, upright, mask, keyPoints, Optional.of(radians), track, colours, inferred);
    }

    public Detection withTrack(Track known) {
        return new Detection(label, classId, score, box, mask, keyPoints, angle, Optional.of(known), colours, inferred);
    }

    public Detection withColours(List<ColourShare> found) {
        return new Detection(label, classId, score, box, mask, keyPoints, angle, track, found, inferred);
    }

    /** Puts one more pipeline's findings behind those that are there. */
    public Detection withInferred(Inference further) {
        List<Inference> all = new ArrayList<>(inferred);
        all.add(further);
        return new Detection(label, classId, score, box, mask, keyPoints, angle, track, colours, all);
    }

    /** The same object in the picture of which its own is the part that begins at (left, top). */
    Detection placed(int left, int top, int pictureWidth, int pictureHeight) {
        return new Detection(
                label,
                classId,
                score,
                new Box(box.x() + left, box.y() + top, box.width(), box.height()),
                mask.map(part -> part.placed(left, top, pictureWidth, pictureHeight)),
                keyPoints.stream()
                        .map(point -> new KeyPoint(point.x() + left, point.y() + top, point.score()))
                        .toList(),
                angle,
                track,
                colours,
                inferred.stream()
                        .map(each -> new Inference(
                                each.pipeline(), each.findings().placed(left, top, pictureWidth, pictureHeight)))
                        .toList());
    }
}
