package io.penstock.vision.tracking;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.StreamStep;
import io.penstock.spec.StepSpec;
import java.time.Duration;
import java.util.List;

/** Counts crossings of lines. A request has none. */
public final class LinesStep implements StreamStep {
    private final List<StepSpec.Line> lines;
    private final Duration lostFor;

    /** @param lostFor how long the tracker remembers what it does not see */
    public LinesStep(StepSpec.Lines lines, Duration lostFor) {
        this.lines = lines.lines();
        this.lostFor = lostFor;
    }

    @Override
    public Memory begin() {
        LineCounter counter = new LineCounter(lines, lostFor);
        return new SessionMemory(
                counter::restart,
                (exchange, moment) -> exchange.setFindings(counter.update(exchange.findings(), moment.time())));
    }

    @Override
    public void applyAlone(Exchange exchange) {}
}
