package io.penstock.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one model has done since it was loaded.
 *
 * <p>Threads: every counter may be raised from any thread; what is read is exact once nothing is under way.
 */
public final class ModelStatistics {
    private static final int MOST_BATCH_SIZES = 512;

    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder executions = new LongAdder();
    private final LongAdder items = new LongAdder();
    private final AtomicLong queued = new AtomicLong();
    private final AtomicLong lastInferenceMillis = new AtomicLong();
    private final ConcurrentSkipListMap<Long, Tally> batches = new ConcurrentSkipListMap<>();
    private final LatencyHistogram input = new LatencyHistogram();
    private final LatencyHistogram output = new LatencyHistogram();
    private final LatencyHistogram queue = new LatencyHistogram();
    private final LatencyHistogram compute = new LatencyHistogram();
    private final LatencyHistogram total = new LatencyHistogram();
    private final LatencyHistogram failures = new LatencyHistogram();

    /**
     * Where the time of one execution went, in nanoseconds.
     *
     * @param input joining requests to a batch
     * @param infer in the backend
     * @param output splitting the batch, and handing the answers over
     */
    public record Phases(long input, long infer, long output) {}

    /**
     * All executions of one batch size.
     *
     * @param items the size of the batch dimension
     * @param nanos their sum over all of them
     */
    public record BatchSize(long items, long executions, Phases nanos) {}

    /** One size's counters. */
    private static final class Tally {
        private final LongAdder executions = new LongAdder();
        private final LongAdder input = new LongAdder();
        private final LongAdder infer = new LongAdder();
        private final LongAdder output = new LongAdder();
    }

    /** One execution of the backend for {@code requests} requests with {@code batchItems} items in all. */
    void executed(int requests, long batchItems, long computeNanos) {
        executed(requests, batchItems, new Phases(0, computeNanos, 0));
    }

    /** As {@link #executed(int, long, long)}, told apart by phase. */
    public void executed(int requests, long batchItems, Phases nanos) {
        executions.increment();
        items.add(batchItems);
        for (int i = 0; i < requests; i++) {
            input.record(nanos.input());
            compute.record(nanos.infer());
            output.record(nanos.output());
        }
        Tally tally = tally(batchItems);
        tally.executions.increment();
        tally.input.add(nanos.input());
        tally.infer.add(nanos.infer());
        tally.output.add(nanos.output());
    }

    /** Callers choose the size of their requests: beyond so many sizes, a new one counts as the next smaller. */
    private Tally tally(long batchItems) {
        Tally known = batches.get(batchItems);
        if (known != null) {
            return known;
        }
        if (batches.size() >= MOST_BATCH_SIZES) {
            Map.Entry<Long, Tally> smaller = batches.floorEntry(batchItems);
            return smaller == null ? batches.firstEntry().getValue() : smaller.getValue();
        }
        return batches.computeIfAbsent(batchItems, size -> new Tally());
    }

    public void succeeded(long queueNanos, long totalNanos, long nowMillis) {
        succeeded.increment();
        queue.record(queueNanos);
        total.record(totalNanos);
        lastInferenceMillis.set(nowMillis);
    }

    public void failed(long totalNanos) {
        failed.increment();
        failures.record(totalNanos);
    }

    void queued(int change) {
        queued.addAndGet(change);
    }

    public long requestsSucceeded() {
        return succeeded.sum();
    }

    public long requestsFailed() {
        return failed.sum();
    }

    /** How often the backend ran; less than the requests where batches formed. */
    public long executions() {
        return executions.sum();
    }

    /** Items over all executions: the sum of the batch dimensions. */
    public long items() {
        return items.sum();
    }

    public long queueDepth() {
        return queued.get();
    }

    /** Epoch milliseconds of the last success; 0 when there was none. */
    public long lastInferenceMillis() {
        return lastInferenceMillis.get();
    }

    /** From arrival until the batch closed, of successful requests. */
    public LatencyHistogram queueTime() {
        return queue;
    }

    /** Executions by batch size, smallest first; they add up to {@link #executions}. */
    public List<BatchSize> batchSizes() {
        List<BatchSize> sizes = new ArrayList<>();
        batches.forEach((size, tally) -> sizes.add(new BatchSize(
                size, tally.executions.sum(), new Phases(tally.input.sum(), tally.infer.sum(), tally.output.sum()))));
        return sizes;
    }

    /** Joining requests to batches; one entry for each request. */
    public LatencyHistogram inputTime() {
        return input;
    }

    /** Splitting batches, and handing answers over; one entry for each request. */
    public LatencyHistogram outputTime() {
        return output;
    }

    /** In the backend. */
    public LatencyHistogram computeTime() {
        return compute;
    }

    /** From arrival to the answer, of successful requests. */
    public LatencyHistogram totalTime() {
        return total;
    }

    /** From arrival to the refusal or failure. */
    public LatencyHistogram failureTime() {
        return failures;
    }
}
