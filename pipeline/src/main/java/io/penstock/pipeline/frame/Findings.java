package io.penstock.pipeline.frame;

import java.util.List;

/** What was found in one picture. */
public record Findings(List<Detection> detections) {
    public static final Findings NONE = new Findings(List.of());

    public Findings {
        detections = List.copyOf(detections);
    }
}
