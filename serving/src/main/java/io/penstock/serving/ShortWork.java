package io.penstock.serving;

/**
 * Whether a model's executions are so short that handing one to another thread, and its answer back, would cost as much.
 *
 * <p>Threads: any number tell and ask; where two tell at once, one of them may be lost.
 */
final class ShortWork {
    private static final long SHORT_NANOS = 60_000;
    private static final long UNKNOWN_NANOS = 20 * SHORT_NANOS;
    /** One execution counts for an eighth of the mean. */
    private static final int WEIGHT_LOG2 = 3;

    private volatile long meanNanos = UNKNOWN_NANOS;

    /** Tells how long an execution took. One that is long ends the short ones at once, some dozens of short ones begin them. */
    void took(long nanos) {
        long mean = meanNanos;
        meanNanos = nanos > 10 * SHORT_NANOS ? UNKNOWN_NANOS : mean + ((nanos - mean) >> WEIGHT_LOG2);
    }

    boolean isShort() {
        return meanNanos < SHORT_NANOS;
    }
}
