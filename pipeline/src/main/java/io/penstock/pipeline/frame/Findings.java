package io.penstock.pipeline.frame;

import java.util.ArrayList;
import java.util.List;

/**
 * What was found in one picture.
 *
 * @param classifications what the picture is taken for, best first; empty unless the model classifies
 * @param embedding the picture as a vector; empty unless the model makes one
 * @param tallies what lines and areas have counted; empty unless there are some
 * @param inferred what other pipelines said of the whole picture
 * @param crops how many objects were shown to other pipelines
 */
public record Findings(
        List<Detection> detections,
        List<Classification> classifications,
        List<Float> embedding,
        List<Tally> tallies,
        List<Inference> inferred,
        List<Crops> crops) {
    public static final Findings NONE = new Findings(List.of());

    public Findings {
        detections = List.copyOf(detections);
        classifications = List.copyOf(classifications);
        embedding = List.copyOf(embedding);
        tallies = List.copyOf(tallies);
        inferred = List.copyOf(inferred);
        crops = List.copyOf(crops);
    }

    public Findings(List<Detection> detections, List<Classification> classifications, List<Float> embedding) {
        this(detections, classifications, embedding, List.of(), List.of(), List.of());
    }

    public Findings(List<Detection> detections) {
        this(detections, List.of(), List.of());
    }

    public Findings withDetections(List<Detection> others) {
        return new Findings(others, classifications, embedding, tallies, inferred, crops);
    }

    /** Puts further tallies behind those that are there. */
    public Findings withTallies(List<? extends Tally> further) {
        List<Tally> all = new ArrayList<>(tallies);
        all.addAll(further);
        return new Findings(detections, classifications, embedding, all, inferred, crops);
    }

    /** Puts what one more pipeline said of the whole picture behind what is there. */
    public Findings withInferred(Inference further) {
        List<Inference> all = new ArrayList<>(inferred);
        all.add(further);
        return new Findings(detections, classifications, embedding, tallies, all, crops);
    }

    /** Puts one more count of crops behind those that are there. */
    public Findings withCrops(Crops further) {
        List<Crops> all = new ArrayList<>(crops);
        all.add(further);
        return new Findings(detections, classifications, embedding, tallies, inferred, all);
    }

    /** The same in pixels of the picture of which the one that they speak of is the part that begins at (left, top). */
    public Findings placed(int left, int top, int pictureWidth, int pictureHeight) {
        return new Findings(
                detections.stream()
                        .map(each -> each.placed(left, top, pictureWidth, pictureHeight))
                        .toList(),
                classifications,
                embedding,
                tallies,
                inferred.stream()
                        .map(each -> new Inference(
                                each.pipeline(), each.findings().placed(left, top, pictureWidth, pictureHeight)))
                        .toList(),
                crops);
    }
}
