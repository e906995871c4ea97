package io.penstock.vision.tracking;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Track;
import java.time.Duration;
import java.util.List;

/** One object that a {@link ByteTracker} follows. For one thread. */
final class TrackedObject {
    private final String label;
    private final MotionFilter motion;
    private final Trajectory trajectory;
    private final Duration since;
    private Duration seen;
    private long frame;
    private Box expected;
    private long id;
    private int matches = 1;
    private boolean inSight = true;
    private double left;
    private double right;
    private double top;
    private double bottom;
    private double sizes;

    TrackedObject(Detection first, long frame, Duration at, int trajectory) {
        this.label = first.label();
        this.motion = new MotionFilter(first.box());
        this.trajectory = new Trajectory(trajectory);
        this.since = at;
        this.frame = frame;
        this.seen = at;
        this.expected = first.box();
        this.left = motion.centreX();
        this.right = left;
        this.top = motion.centreY();
        this.bottom = top;
        this.sizes = size(first.box());
        this.trajectory.add(centre(first.box()));
    }

    String label() {
        return label;
    }

    /** Where it is thought to be in this frame; once it was found there, where it was. */
    Box expected() {
        return expected;
    }

    long id() {
        return id;
    }

    /** Whether it has been seen often enough to be believed. */
    boolean isConfirmed() {
        return id > 0;
    }

    void confirm(long given) {
        id = given;
    }

    /** Whether it was found in the frame before. */
    boolean isInSight() {
        return inSight;
    }

    int matches() {
        return matches;
    }

    Duration since() {
        return since;
    }

    Duration seen() {
        return seen;
    }

    /** The last frame that it was found in. */
    long frame() {
        return frame;
    }

    void predict(long frames) {
        if (!inSight) {
            motion.keepHeight();
        }
        motion.predict(frames);
        expected = motion.box();
    }

    void lose() {
        inSight = false;
    }

    void match(Detection detection, long inFrame, Duration at) {
        motion.correct(detection.box());
        expected = motion.box();
        seen = at;
        frame = inFrame;
        inSight = true;
        matches++;
        left = Math.min(left, motion.centreX());
        right = Math.max(right, motion.centreX());
        top = Math.min(top, motion.centreY());
        bottom = Math.max(bottom, motion.centreY());
        sizes += size(detection.box());
        trajectory.add(centre(detection.box()));
    }

    private static double size(Box box) {
        return Math.sqrt(Math.max(0, (double) box.width() * box.height()));
    }

    private static Track.Position centre(Box box) {
        return new Track.Position(box.x() + box.width() / 2, box.y() + box.height() / 2);
    }

    /** By the smoothed centre, so that a box that trembles does not move. */
    private boolean isMoving(float stillShare) {
        return Math.hypot(right - left, bottom - top) > stillShare * sizes / matches;
    }

    Track track(Detection detection, float stillShare) {
        return new Track(
                id,
                isMoving(stillShare),
                seen.minus(since),
                trajectory.positions(centre(detection.box())),
                List.of(),
                List.of());
    }
}
