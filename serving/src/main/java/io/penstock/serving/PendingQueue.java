package io.penstock.serving;

import java.util.Comparator;
import java.util.Iterator;
import java.util.TreeSet;

/** Requests that wait, the most urgent first, then the oldest. Not for several threads at once. */
final class PendingQueue implements Iterable<PendingRequest> {
    private static final Comparator<PendingRequest> ORDER =
            Comparator.comparingLong(PendingRequest::rank).thenComparingLong(PendingRequest::number);
    /** Further back than any priority; the monotonic clock does not reach it in a century. */
    private static final long BEHIND_ALL = Long.MAX_VALUE / 2;

    private final TreeSet<PendingRequest> waiting = new TreeSet<>(ORDER);
    private long next;

    /** @param handicapNanos by how much it stands behind the most urgent request of the same moment */
    void add(PendingRequest pending, long handicapNanos) {
        pending.place(pending.arrivedAt() + handicapNanos, next++);
        waiting.add(pending);
    }

    /** Puts a request that waits behind all those that were not put there. */
    void delay(PendingRequest pending) {
        if (pending.rank() < BEHIND_ALL && waiting.remove(pending)) {
            pending.place(pending.rank() + BEHIND_ALL, pending.number());
            waiting.add(pending);
        }
    }

    boolean isDelayed(PendingRequest pending) {
        return pending.rank() >= BEHIND_ALL;
    }

    boolean remove(PendingRequest pending) {
        return waiting.remove(pending);
    }

    int size() {
        return waiting.size();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    @Override
    public Iterator<PendingRequest> iterator() {
        return waiting.iterator();
    }
}
