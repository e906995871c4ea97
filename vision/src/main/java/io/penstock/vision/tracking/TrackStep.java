package io.penstock.vision.tracking;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.StreamStep;

/** Gives the objects of a stream their tracks. In a request, only what scores well stays. */
public final class TrackStep implements StreamStep {
    private final TrackingSettings settings;

    public TrackStep(TrackingSettings settings) {
        this.settings = settings;
    }

    @Override
    public Memory begin() {
        ByteTracker tracker = new ByteTracker(settings);
        return new SessionMemory(
                tracker::restart,
                (exchange, moment) -> exchange.setFindings(exchange.findings()
                        .withDetections(
                                tracker.update(exchange.findings().detections(), moment.frame(), moment.time()))));
    }

    @Override
    public void applyAlone(Exchange exchange) {
        exchange.setFindings(exchange.findings()
                .withDetections(exchange.findings().detections().stream()
                        .filter(detection -> settings.isHigh(detection.label(), detection.score()))
                        .toList()));
    }
}
