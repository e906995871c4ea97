package io.penstock.pipeline.frame;

import java.time.Duration;

/** What a stream's lines and areas have counted, up to and including one frame. */
public sealed interface Tally {
    String name();

    /** Objects that have crossed a line since the stream began. */
    record Line(String name, long forward, long backward) implements Tally {}

    /**
     * Objects of an area.
     *
     * @param present in this frame
     * @param entered that have come into the area since the stream began; 0 where objects are not tracked
     * @param left that have gone out of it, or were not seen again
     * @param stayed how long those that left had been in it, together
     */
    record Zone(String name, int present, long entered, long left, Duration stayed) implements Tally {}
}
