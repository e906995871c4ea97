package io.penstock.pipeline.frame;

import java.time.Duration;
import java.util.List;

/**
 * What is known of an object because it was followed from frame to frame.
 *
 * @param id of the object within its stream: from 1 on, never given twice while the pipeline runs
 * @param moving whether its centre has gone farther than its own size excuses, over all of its life
 * @param age since its first frame, by the stream's clock
 * @param trajectory centres of its box, oldest first, the last one of this frame; thinned evenly where they are many
 * @param stays the areas that it is in, and for how long
 * @param crossings the lines that it crossed in this very frame
 */
public record Track(
        long id, boolean moving, Duration age, List<Position> trajectory, List<Stay> stays, List<Crossing> crossings) {
    public Track {
        trajectory = List.copyOf(trajectory);
        stays = List.copyOf(stays);
        crossings = List.copyOf(crossings);
    }

    /** A point, pixels of the source picture. */
    public record Position(float x, float y) {}

    /** Being in an area without having left it. */
    public record Stay(String zone, Duration lasting) {}

    /** Which way a line was crossed. */
    public enum Direction {
        /** From the line's left to its right, as one looks along it on the picture. */
        FORWARD,
        BACKWARD
    }

    /** Crossing of a line. */
    public record Crossing(String line, Direction direction) {}

    public Track withStays(List<Stay> others) {
        return new Track(id, moving, age, trajectory, others, crossings);
    }

    public Track withCrossings(List<Crossing> others) {
        return new Track(id, moving, age, trajectory, stays, others);
    }
}
