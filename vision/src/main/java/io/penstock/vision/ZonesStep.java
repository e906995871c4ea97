package io.penstock.vision;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.spec.StepSpec;
import io.penstock.vision.tracking.Polygon;
import java.util.List;

/** Keeps the objects whose centre, or foot, lies in an area that is wanted and in none that is not. */
final class ZonesStep implements MapStep {
    private final List<Polygon> include;
    private final List<Polygon> exclude;
    private final StepSpec.ZonePoint point;

    ZonesStep(StepSpec.Zones zones) {
        this.include = zones.include().stream().map(Polygon::new).toList();
        this.exclude = zones.exclude().stream().map(Polygon::new).toList();
        this.point = zones.point();
    }

    @Override
    public void apply(Exchange exchange) {
        List<Detection> kept = exchange.findings().detections().stream()
                .filter(detection -> keeps(detection.box()))
                .toList();
        exchange.setFindings(exchange.findings().withDetections(kept));
    }

    /** Whether an object with this box stays. */
    boolean keeps(Box box) {
        double x = box.x() + box.width() / 2;
        double y = point == StepSpec.ZonePoint.CENTRE ? box.y() + box.height() / 2 : box.bottom();
        return (include.isEmpty() || include.stream().anyMatch(area -> area.contains(x, y)))
                && exclude.stream().noneMatch(area -> area.contains(x, y));
    }
}
