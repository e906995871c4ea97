package io.penstock.serving;

import java.time.Duration;

/** How long a model that nobody uses stays in memory. */
public sealed interface KeepAlive {
    /** Until others need its memory. */
    KeepAlive UNTIL_NEEDED = new UntilNeeded();
    /** As long as the process runs, whoever needs memory. */
    KeepAlive ALWAYS = new Always();

    /** Until others need its memory. */
    record UntilNeeded() implements KeepAlive {}

    /** As long as the process runs, whoever needs memory. */
    record Always() implements KeepAlive {}

    /**
     * So long after the last request, or until others need its memory; zero keeps nothing.
     *
     * @param time after the last request
     */
    record For(Duration time) implements KeepAlive {}
}
