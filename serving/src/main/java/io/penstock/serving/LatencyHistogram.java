package io.penstock.serving;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Durations counted in buckets that grow by a fifth, from 1 µs to over an hour: percentiles are right to within 10 %.
 *
 * <p>Threads: recording is lock-free and allocates nothing; a snapshot taken meanwhile may miss what is just being
 * recorded.
 */
public final class LatencyHistogram {
    private static final double GROWTH = 1.2;
    private static final double LOG_GROWTH = Math.log(GROWTH);
    private static final int BUCKETS = 122;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final LongAdder totalNanos = new LongAdder();

    public void record(long nanos) {
        counts.incrementAndGet(bucket(nanos));
        totalNanos.add(nanos);
    }

    public long count() {
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            count += counts.get(i);
        }
        return count;
    }

    public double totalSeconds() {
        return totalNanos.sum() * 1e-9;
    }

    /**
     * Seconds under which the share {@code quantile} of all recorded durations lies; 0 when nothing was recorded.
     *
     * @param quantile 0..1
     */
    public double quantileSeconds(double quantile) {
        long total = count();
        long rank = (long) Math.ceil(quantile * total);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts.get(i);
            if (seen >= rank && seen > 0) {
                return middleSeconds(i);
            }
        }
        return 0;
    }

    /** How many durations were at most {@code seconds}, to the bucket's precision. */
    public long countAtMost(double seconds) {
        long count = 0;
        for (int i = 0; i < BUCKETS && middleSeconds(i) <= seconds; i++) {
            count += counts.get(i);
        }
        return count;
    }

    private static int bucket(long nanos) {
        if (nanos <= 1_000) {
            return 0;
        }
        return Math.min(BUCKETS - 1, 1 + (int) (Math.log(nanos * 1e-3) / LOG_GROWTH));
    }

    private static double middleSeconds(int bucket) {
        return bucket == 0 ? 1e-6 : 1e-6 * Math.exp((bucket - 0.5) * LOG_GROWTH);
    }
}
