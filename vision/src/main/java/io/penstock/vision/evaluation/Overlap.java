package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Box;

/** Intersection over union in double, since it is compared with thresholds that round figures often meet exactly. */
final class Overlap {
    private Overlap() {}

    static double of(Box a, Box b) {
        double width = Math.min((double) a.x() + a.width(), (double) b.x() + b.width()) - Math.max(a.x(), b.x());
        double height = Math.min((double) a.y() + a.height(), (double) b.y() + b.height()) - Math.max(a.y(), b.y());
        double shared = width <= 0 || height <= 0 ? 0 : width * height;
        double union = (double) a.width() * a.height() + (double) b.width() * b.height() - shared;
        return union <= 0 ? 0 : shared / union;
    }
}
