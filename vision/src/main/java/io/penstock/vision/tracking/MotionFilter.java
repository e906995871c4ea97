package io.penstock.vision.tracking;

import io.penstock.pipeline.frame.Box;

/**
 * Where a box will be: a Kalman filter over centre, aspect (width by height) and height, each with its velocity, which is
 * taken to be constant. Noise is in shares of the box's height, with the constants of SORT's successors (Wojke and others,
 * "Simple online and realtime tracking with a deep association metric", 2017; ByteTrack uses the same).
 *
 * <p>In that model every matrix couples a coordinate with nothing but its own velocity, so the filter of eight states is
 * four filters of two, with no matrix to be inverted.
 *
 * <p>Threads: for one thread.
 */
final class MotionFilter {
    private static final double POSITION = 1.0 / 20;
    private static final double VELOCITY = 1.0 / 160;

    private final Coordinate x;
    private final Coordinate y;
    private final Coordinate aspect;
    private final Coordinate height;

    MotionFilter(Box box) {
        double h = side(box.height());
        this.x = new Coordinate(box.x() + box.width() / 2.0, 2 * POSITION * h, 10 * VELOCITY * h);
        this.y = new Coordinate(box.y() + box.height() / 2.0, 2 * POSITION * h, 10 * VELOCITY * h);
        this.aspect = new Coordinate(side(box.width()) / h, 1e-2, 1e-5);
        this.height = new Coordinate(h, 2 * POSITION * h, 10 * VELOCITY * h);
    }

    /** An empty box has no shape that could be followed. */
    private static double side(float length) {
        return Math.max(1e-3, length);
    }

    /** Goes on by {@code frames} frames, which may be more than one where frames were dropped. */
    void predict(long frames) {
        double h = Math.abs(height.value);
        x.predict(frames, POSITION * h, VELOCITY * h);
        y.predict(frames, POSITION * h, VELOCITY * h);
        aspect.predict(frames, 1e-2, 1e-5);
        height.predict(frames, POSITION * h, VELOCITY * h);
    }

    /** Takes in where the box really was. */
    void correct(Box box) {
        double h = Math.abs(height.value);
        x.correct(box.x() + box.width() / 2.0, POSITION * h);
        y.correct(box.y() + box.height() / 2.0, POSITION * h);
        aspect.correct(side(box.width()) / side(box.height()), 1e-1);
        height.correct(side(box.height()), POSITION * h);
    }

    /** While an object is out of sight its size is taken to stay: a guess at growth soon has no likeness to it. */
    void keepHeight() {
        height.velocity = 0;
    }

    /** The box as it is thought to be; never of negative size. */
    Box box() {
        double h = Math.max(0, height.value);
        double w = Math.max(0, aspect.value * h);
        return new Box((float) (x.value - w / 2), (float) (y.value - h / 2), (float) w, (float) h);
    }

    double centreX() {
        return x.value;
    }

    double centreY() {
        return y.value;
    }

    /** One coordinate, its velocity a frame, and their covariance. */
    private static final class Coordinate {
        private double value;
        private double velocity;
        private double variance;
        private double covariance;
        private double velocityVariance;

        Coordinate(double value, double deviation, double velocityDeviation) {
            this.value = value;
            this.variance = deviation * deviation;
            this.velocityVariance = velocityDeviation * velocityDeviation;
        }

        void predict(long frames, double deviation, double velocityDeviation) {
            value += frames * velocity;
            variance += 2 * frames * covariance
                    + (double) frames * frames * velocityVariance
                    + frames * deviation * deviation;
            covariance += frames * velocityVariance;
            velocityVariance += frames * velocityDeviation * velocityDeviation;
        }

        void correct(double measured, double deviation) {
            double innovation = measured - value;
            double sum = variance + deviation * deviation;
            double gain = variance / sum;
            double velocityGain = covariance / sum;
            value += gain * innovation;
            velocity += velocityGain * innovation;
            velocityVariance -= velocityGain * covariance;
            covariance -= gain * covariance;
            variance -= gain * variance;
        }
    }
}
