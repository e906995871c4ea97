package io.penstock.vision.tracking;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.StreamStep;
import io.penstock.spec.StepSpec;
import java.time.Duration;

/** Counts the objects of areas and times their stay. Of a request, it tells who is there. */
public final class ZoneCountsStep implements StreamStep {
    private final StepSpec.Zones zones;
    private final Duration lostFor;

    /** @param lostFor how long the tracker remembers what it does not see */
    public ZoneCountsStep(StepSpec.Zones zones, Duration lostFor) {
        this.zones = zones;
        this.lostFor = lostFor;
    }

    private ZoneCounter counter() {
        return new ZoneCounter(zones.count(), zones.point(), lostFor);
    }

    @Override
    public Memory begin() {
        ZoneCounter counter = counter();
        return new SessionMemory(
                counter::restart,
                (exchange, moment) -> exchange.setFindings(counter.update(exchange.findings(), moment.time())));
    }

    @Override
    public void applyAlone(Exchange exchange) {
        exchange.setFindings(counter().update(exchange.findings(), Duration.ZERO));
    }
}
