package io.penstock.pipeline.frame;

import java.util.ArrayList;
import java.util.List;

/**
 * What was found in one picture.
 *
 * @param classifications what the picture is taken for, best first; empty unless the model classifies
 * @param embedding the picture as a vector; empty unless the model makes one
 * @param tallies what lines and areas have counted; empty unless there are some
 */
public record Findings(
        List<Detection> detections, List<Classification> classifications, List<Float> embedding, List<Tally> tallies) {
    public static final Findings NONE = new Findings(List.of());

    public Findings {
        detections = List.copyOf(detections);
        classifications = List.copyOf(classifications);
        embedding = List.copyOf(embedding);
        tallies = List.copyOf(tallies);
    }

    public Findings(List<Detection> detections, List<Classification> classifications, List<Float> embedding) {
        this(detections, classifications, embedding, List.of());
    }

    public Findings(List<Detection> detections) {
        this(detections, List.of(), List.of());
    }

    public Findings withDetections(List<Detection> others) {
        return new Findings(others, classifications, embedding, tallies);
    }

    /** Puts further tallies behind those that are there. */
    public Findings withTallies(List<? extends Tally> further) {
        List<Tally> all = new ArrayList<>(tallies);
        all.addAll(further);
        return new Findings(detections, classifications, embedding, all);
    }
}
