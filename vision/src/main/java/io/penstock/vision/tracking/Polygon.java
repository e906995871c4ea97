package io.penstock.vision.tracking;

import java.util.List;

/** An area of a picture. */
public final class Polygon {
    private final double[] corners;

    /** @param corners each [x, y], pixels of the source picture */
    public Polygon(List<List<Double>> corners) {
        this.corners = corners.stream()
                .flatMapToDouble(corner -> corner.stream().mapToDouble(Double::doubleValue))
                .toArray();
    }

    /** Whether a ray from the point to the left crosses the area's sides an odd number of times. */
    public boolean contains(double x, double y) {
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
