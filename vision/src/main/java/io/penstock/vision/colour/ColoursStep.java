package io.penstock.vision.colour;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.spec.StepSpec;

/** Names the colours of each object. */
public final class ColoursStep implements MapStep {
    private final StepSpec.Colours colours;

    public ColoursStep(StepSpec.Colours colours) {
        this.colours = colours;
    }

    @Override
    public void apply(Exchange exchange) {
        DominantColours dominant = new DominantColours(exchange.picture(), colours.most(), (float) colours.minShare());
        exchange.setFindings(exchange.findings()
                .withDetections(exchange.findings().detections().stream()
                        .map(detection -> detection.withColours(dominant.of(detection.box())))
                        .toList()));
    }
}
