package io.penstock.pipeline.frame;

import java.util.List;

/**
 * What was found in one picture.
 *
 * @param classifications what the picture is taken for, best first; empty unless the model classifies
 * @param embedding the picture as a vector; empty unless the model makes one
 */
public record Findings(List<Detection> detections, List<Classification> classifications, List<Float> embedding) {
    public static final Findings NONE = new Findings(List.of());

    public Findings {
        detections = List.copyOf(detections);
        classifications = List.copyOf(classifications);
        embedding = List.copyOf(embedding);
    }

    public Findings(List<Detection> detections) {
        this(detections, List.of(), List.of());
    }

    public Findings withDetections(List<Detection> others) {
        return new Findings(others, classifications, embedding);
    }
}
