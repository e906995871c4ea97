package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Box;

/** How far boxes overlap, in double, since it is compared with thresholds that round figures often meet exactly. */
final class Overlap {
    private Overlap() {}

    /** Intersection over union, 0..1. */
    static double of(Box a, Box b) {
        double shared = intersection(a, b);
        double union = area(a) + area(b) - shared;
        return union <= 0 ? 0 : shared / union;
    }

    /** The share of {@code box} that lies in {@code region}, 0..1. */
    static double within(Box region, Box box) {
        double area = area(box);
        return area <= 0 ? 0 : intersection(box, region) / area;
    }

    private static double area(Box box) {
        return (double) box.width() * box.height();
    }

    private static double intersection(Box a, Box b) {
        double width = Math.min((double) a.x() + a.width(), (double) b.x() + b.width()) - Math.max(a.x(), b.x());
        double height = Math.min((double) a.y() + a.height(), (double) b.y() + b.height()) - Math.max(a.y(), b.y());
        return width <= 0 || height <= 0 ? 0 : width * height;
    }
}
