package io.penstock.serving;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shares a device's threads among the models on it: where they want more than there is, the model that has used least
 * goes next. A model that rested does not save up what it did not use. A model alone on the device is bounded by its
 * own instances only.
 *
 * <p>Threads: each execution enters and leaves on one thread. The lock is held for bookkeeping only.
 */
public final class DeviceShares {
    private final int threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Waiter> waiting = new ArrayList<>();
    private final IdentityHashMap<Share, Integer> inside = new IdentityHashMap<>();
    private int taken;
    private long reached;

    /** @param threads that may compute at once */
    public DeviceShares(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a device has at least one thread: " + threads);
        }
        this.threads = threads;
    }

    /** One model's account. */
    public final class Share {
        private final int threadsEach;
        private long usedNanos;

        private final int asked;

        private Share(int asked) {
            this.asked = asked;
            this.threadsEach = Math.clamp(asked, 1, threads);
        }

        /** Threads of one execution, more than the device has among them. */
        int asked() {
            return asked;
        }

        /** Waits for its turn; {@link Turn#close} ends it. */
        Turn enter() throws InterruptedException {
            return DeviceShares.this.enter(this);
        }
    }

    /** An execution's time on the device. */
    public final class Turn implements AutoCloseable {
        private final Share share;
        private final long began = System.nanoTime();

        private Turn(Share share) {
            this.share = share;
        }

        @Override
        public void close() {
            leave(share, System.nanoTime() - began);
        }
    }

    private record Waiter(Share share, Condition mayEnter) {}

    /** @param threadsEach threads of one execution */
    public Share share(int threadsEach) {
        return new Share(threadsEach);
    }

    /** Executions that wait for their turn. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private Turn enter(Share share) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            share.usedNanos = Math.max(share.usedNanos, reached);
            if (!waiting.isEmpty() || !fits(share)) {
                await(share);
            } else {
                admit(share);
            }
            return new Turn(share);
        } finally {
            lock.unlock();
        }
    }

    private void await(Share share) throws InterruptedException {
        Waiter waiter = new Waiter(share, lock.newCondition());
        waiting.add(waiter);
        admitWhoFits();
        boolean admitted = false;
        try {
            while (waiting.contains(waiter)) {
                waiter.mayEnter().await();
            }
            admitted = true;
        } finally {
            if (!admitted) {
                abandon(waiter);
            }
        }
    }

    private void abandon(Waiter waiter) {
        if (!waiting.remove(waiter)) {
            withdraw(waiter.share());
        }
        admitWhoFits();
    }

    private boolean fits(Share share) {
        boolean alone = inside.isEmpty() || (inside.size() == 1 && inside.containsKey(share));
        return alone || taken + share.threadsEach <= threads;
    }

    private void admit(Share share) {
        taken += share.threadsEach;
        inside.merge(share, 1, Integer::sum);
        reached = Math.max(reached, share.usedNanos);
    }

    private void withdraw(Share share) {
        taken -= share.threadsEach;
        inside.computeIfPresent(share, (_, count) -> count == 1 ? null : count - 1);
    }

    private void leave(Share share, long nanos) {
        lock.lock();
        try {
            withdraw(share);
            share.usedNanos += nanos * share.threadsEach;
            admitWhoFits();
        } finally {
            lock.unlock();
        }
    }

    /** Admits in order of what was used; nobody smaller slips past whoever is next. */
    private void admitWhoFits() {
        while (!waiting.isEmpty()) {
            Waiter next = waiting.getFirst();
            for (Waiter waiter : waiting) {
                if (waiter.share().usedNanos < next.share().usedNanos) {
                    next = waiter;
                }
            }
            if (!fits(next.share())) {
                return;
            }
            waiting.remove(next);
            admit(next.share());
            next.mayEnter().signal();
        }
    }
}
