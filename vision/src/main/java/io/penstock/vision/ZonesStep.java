package io.penstock.vision;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.spec.StepSpec;
import java.util.List;

/** Keeps the objects whose centre, or foot, lies in an area that is wanted and in none that is not. */
final class ZonesStep implements MapStep {
    private final List<double[]> include;
    private final List<double[]> exclude;
    private final StepSpec.ZonePoint point;

    ZonesStep(StepSpec.Zones zones) {
        this.include = zones.include().stream().map(ZonesStep::corners).toList();
        this.exclude = zones.exclude().stream().map(ZonesStep::corners).toList();
        this.point = zones.point();
    }

    private static double[] corners(List<List<Double>> area) {
        return area.stream()
                .flatMapToDouble(corner -> corner.stream().mapToDouble(Double::doubleValue))
                .toArray();
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
        return (include.isEmpty() || include.stream().anyMatch(area -> contains(area, x, y)))
                && exclude.stream().noneMatch(area -> contains(area, x, y));
    }

    /** Whether a ray from the point to the left crosses the area's sides an odd number of times. */
    private static boolean contains(double[] corners, double x, double y) {
        boolean inside = false;
        int before = corners.length - 2;
        for (int i = 0; i < corners.length; i += 2) {
            double x1 = corners[i];
            double y1 = corners[i + 1];
            double x2 = corners[before];
            double y2 = corners[before + 1];
            if ((y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1) {
                inside = !inside;
            }
            before = i;
        }
        return inside;
    }
}
