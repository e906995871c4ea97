package io.penstock.serving;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one model has done since it was loaded.
 *
 * <p>Threads: every counter may be raised from any thread; what is read is exact once nothing is under way.
 */
public final class ModelStatistics {
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder executions = new LongAdder();
    private final LongAdder items = new LongAdder();
    private final AtomicLong queued = new AtomicLong();
    private final AtomicLong lastInferenceMillis = new AtomicLong();
    private final LatencyHistogram queue = new LatencyHistogram();
    private final LatencyHistogram compute = new LatencyHistogram();
    private final LatencyHistogram total = new LatencyHistogram();
    private final LatencyHistogram failures = new LatencyHistogram();

    /** One execution of the backend for {@code requests} requests with {@code batchItems} items in all. */
    void executed(int requests, long batchItems, long computeNanos) {
        executions.increment();
        items.add(batchItems);
        for (int i = 0; i < requests; i++) {
            compute.record(computeNanos);
        }
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
