package io.penstock.pipeline;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * What became of the results that one sink of a pipeline was given. They balance: received = stored + dropped + failed
 * + waiting.
 *
 * <p>Threads: each counter may be raised from any thread; {@link #waiting} is derived, so it is exact once nothing moves.
 */
public final class SinkCounters {
    private final String name;
    private final BooleanSupplier failing;
    private final LongAdder received = new LongAdder();
    private final LongAdder stored = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** @param failing whether the last attempt to write did not succeed */
    public SinkCounters(String name, BooleanSupplier failing) {
        this.name = name;
        this.failing = failing;
    }

    /** The kind of the sink, and its number where a pipeline has several. */
    public String name() {
        return name;
    }

    void countReceived() {
        received.increment();
    }

    void countStored() {
        stored.increment();
    }

    void countDropped() {
        dropped.increment();
    }

    void countFailed() {
        failed.increment();
    }

    public long received() {
        return received.sum();
    }

    public long stored() {
        return stored.sum();
    }

    /** Given up because there was no room: a stream's gave way to newer ones, a request's had waited for long enough. */
    public long dropped() {
        return dropped.sum();
    }

    /** Those that can never be written. */
    public long failed() {
        return failed.sum();
    }

    public long waiting() {
        long settled = stored() + dropped() + failed();
        return Math.max(0, received() - settled);
    }

    public boolean isFailing() {
        return failing.getAsBoolean();
    }
}
