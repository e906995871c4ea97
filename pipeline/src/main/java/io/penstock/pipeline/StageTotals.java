package io.penstock.pipeline;

import java.util.concurrent.atomic.LongAdder;

/**
 * Where the time of a stream's frames went, summed stage by stage since the start: two readings give the mean between
 * them.
 *
 * <p>Threads: any; a reading taken meanwhile may miss what is just being added.
 */
public final class StageTotals {
    private final LongAdder frames = new LongAdder();
    private final LongAdder queueNanos = new LongAdder();
    private final LongAdder preprocessNanos = new LongAdder();
    private final LongAdder inferNanos = new LongAdder();
    private final LongAdder postprocessNanos = new LongAdder();

    void add(Result.Timings timings) {
        queueNanos.add(timings.queue().toNanos());
        preprocessNanos.add(timings.preprocess().toNanos());
        inferNanos.add(timings.infer().toNanos());
        postprocessNanos.add(timings.postprocess().toNanos());
        frames.increment();
    }

    public long frames() {
        return frames.sum();
    }

    public double queueSeconds() {
        return queueNanos.sum() * 1e-9;
    }

    public double preprocessSeconds() {
        return preprocessNanos.sum() * 1e-9;
    }

    public double inferSeconds() {
        return inferNanos.sum() * 1e-9;
    }

    public double postprocessSeconds() {
        return postprocessNanos.sum() * 1e-9;
    }
}
