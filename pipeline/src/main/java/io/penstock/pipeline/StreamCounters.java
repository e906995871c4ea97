package io.penstock.pipeline;

import io.penstock.serving.LatencyHistogram;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of a stream's frames. They balance: captured = inferred + skipped + all dropped + in flight.
 *
 * <p>Threads: each counter may be raised from any thread; {@link #inFlight} is derived, so it is exact once nothing
 * moves.
 */
public final class StreamCounters {
    private final LongAdder captured = new LongAdder();
    private final LongAdder inferred = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder queueFull = new LongAdder();
    private final LongAdder tooOld = new LongAdder();
    private final LongAdder decoder = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LatencyHistogram captureToResult = new LatencyHistogram();

    void countCaptured() {
        captured.increment();
    }

    void countInferred(long captureToResultNanos) {
        captureToResult.record(captureToResultNanos);
        inferred.increment();
    }

    void countSkipped() {
        skipped.increment();
    }

    void countQueueFull() {
        queueFull.increment();
    }

    void countTooOld() {
        tooOld.increment();
    }

    void countFailed() {
        failed.increment();
    }

    /** Frames taken from the camera, after sampling to the wanted rate. */
    public long captured() {
        return captured.sum();
    }

    public long inferred() {
        return inferred.sum();
    }

    public long skipped() {
        return skipped.sum();
    }

    /** Dropped because a newer frame needed the place. */
    public long droppedQueueFull() {
        return queueFull.sum();
    }

    /** Dropped because an answer would have come too late to be of use. */
    public long droppedTooOld() {
        return tooOld.sum();
    }

    public long droppedByDecoder() {
        return decoder.sum();
    }

    public long droppedFailed() {
        return failed.sum();
    }

    public long inFlight() {
        long settled =
                inferred() + skipped() + droppedQueueFull() + droppedTooOld() + droppedByDecoder() + droppedFailed();
        return Math.max(0, captured() - settled);
    }

    /** From the frame's arrival to its result, in this process. */
    public LatencyHistogram captureToResult() {
        return captureToResult;
    }
}
