package io.penstock.pipeline;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bounded queue before a sink that writes to a disk, and the sink's own thread behind it, so that no pipeline waits
 * for a disk for long.
 *
 * <p>When the queue is full, a request's item waits for room, for at most {@link Limits#patience}, and is then dropped;
 * a live stream's item never waits: the oldest of the streams' items is dropped for it, or itself where none is left.
 * While the target fails nobody waits. All that is dropped is counted, and a failing target is reported once.
 *
 * <p>Threads: any number put; one platform thread takes whatever waits, up to a batch, to the target, and takes the same
 * batch again, after pauses that double from 100 ms to 30 s, until the target has it.
 */
public final class SinkWriter<T extends SinkWriter.Item> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SinkWriter.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration TIDYING = Duration.ofSeconds(1);
    private static final int MOST_TIDYING = 64;
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final String name;
    private final Target<T> target;
    private final Limits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition settled = lock.newCondition();
    private final ArrayDeque<T> ofRequests = new ArrayDeque<>();
    private final ArrayDeque<T> ofStreams = new ArrayDeque<>();
    private final Thread thread;
    private long heldBytes;
    private boolean closed;
    private volatile boolean failing;

    /** One thing to write. */
    public interface Item {
        /** What it takes in memory, about. */
        long bytes();

        /** Whether it is a request's, and worth a wait, or one of many of a live stream. */
        boolean isOfRequest();

        SinkCounters counters();

        /** Gives back what it holds, once it is written or never will be. */
        default void release() {}
    }

    /** Where items are written, by one thread. */
    public interface Target<T> extends AutoCloseable {
        /**
         * Writes all of the batch, so that writing it twice leaves what writing it once leaves.
         *
         * @return those that can never be written
         * @throws SinkException if the batch should be tried again later
         */
        List<T> write(List<T> batch);

        /**
         * Removes some of what is kept no longer; called after each batch, and every second while nothing comes.
         *
         * @return whether there is more to remove
         * @throws SinkException if it should be tried again later
         */
        boolean tidy();

        @Override
        void close();
    }

    /**
     * Bounds of the queue.
     *
     * @param bytes of all that waits and is being written; a single larger item is taken into an empty queue
     * @param batch items that the target is given at once
     * @param patience how long a request's item waits for room
     */
    public record Limits(long bytes, int batch, Duration patience) {}

    /** Starts at once. */
    public SinkWriter(String name, Target<T> target, Limits limits) {
        this.name = name;
        this.target = target;
        this.limits = limits;
        this.thread = Thread.ofPlatform().daemon().name("sink-" + name).start(this::run);
    }

    public boolean isFailing() {
        return failing;
    }

    /** Takes the item over, or drops it and counts that; waits only for a request's. */
    public void put(T item) throws InterruptedException {
        item.counters().countReceived();
        List<T> dropped = new ArrayList<>();
        boolean taken = false;
        lock.lock();
        try {
            taken = item.isOfRequest() ? awaitRoom(item) : makeRoom(item, dropped);
            if (taken) {
                (item.isOfRequest() ? ofRequests : ofStreams).addLast(item);
                heldBytes += item.bytes();
                arrived.signal();
            }
        } finally {
            lock.unlock();
            if (!taken) {
                dropped.add(item);
            }
            dropped.forEach(this::drop);
        }
    }

    private boolean awaitRoom(T item) throws InterruptedException {
        long left = limits.patience().toNanos();
        while (!closed && !fits(item)) {
            if (failing || left <= 0) {
                return false;
            }
            left = settled.awaitNanos(left);
        }
        return !closed;
    }

    private boolean makeRoom(T item, List<T> dropped) {
        while (!closed && !fits(item)) {
            T oldest = ofStreams.pollFirst();
            if (oldest == null) {
                return false;
            }
            heldBytes -= oldest.bytes();
            dropped.add(oldest);
        }
        return !closed;
    }

    private boolean fits(T item) {
        return heldBytes == 0 || heldBytes + item.bytes() <= limits.bytes();
    }

    private void drop(T item) {
        item.counters().countDropped();
        item.release();
    }

    /** Waits until all that these counters have received is settled, or the target fails; whether it is settled. */
    public boolean awaitSettled(SinkCounters counters, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (counters.waiting() > 0) {
                if (failing || left <= 0) {
                    return false;
                }
                left = settled.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            for (List<T> batch = take(); !batch.isEmpty() || !isClosed(); batch = take()) {
                if (!batch.isEmpty()) {
                    write(batch);
                }
                tidy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            target.close();
        }
    }

    /** The next batch; empty where nothing came for a while, and once the writer is closed and all is written. */
    private List<T> take() throws InterruptedException {
        lock.lock();
        try {
            long left = TIDYING.toNanos();
            while (ofRequests.isEmpty() && ofStreams.isEmpty() && !closed && left > 0) {
                left = arrived.awaitNanos(left);
            }
            List<T> batch = new ArrayList<>();
            while (batch.size() < limits.batch()) {
                T next = ofRequests.isEmpty() ? ofStreams.pollFirst() : ofRequests.pollFirst();
                if (next == null) {
                    break;
                }
                batch.add(next);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void write(List<T> batch) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            boolean last = isClosed();
            try {
                List<T> refused = target.write(batch);
                succeeded();
                batch.forEach(item -> {
                    if (refused.contains(item)) {
                        item.counters().countFailed();
                    } else {
                        item.counters().countStored();
                    }
                });
                break;
            } catch (SinkException e) {
                failed(e.sentence(), e);
                if (last) {
                    batch.forEach(item -> item.counters().countDropped());
                    break;
                }
                pause(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            } catch (RuntimeException e) {
                // Here one batch ends: whatever went wrong with it, the next one is tried.
                LOG.log(System.Logger.Level.ERROR, "sink " + name + " cannot write " + batch.size() + " results", e);
                batch.forEach(item -> item.counters().countFailed());
                break;
            }
        }
        settle(batch);
    }

    private void settle(List<T> batch) {
        batch.forEach(Item::release);
        lock.lock();
        try {
            heldBytes -= batch.stream().mapToLong(Item::bytes).sum();
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void tidy() throws InterruptedException {
        try {
            boolean more = true;
            for (int i = 0; i < MOST_TIDYING && more; i++) {
                more = target.tidy() && isIdle();
            }
        } catch (SinkException e) {
            failed(e.sentence(), e);
            if (!isClosed()) {
                pause(FIRST_PAUSE);
            }
        }
    }

    private boolean isIdle() {
        lock.lock();
        try {
            return ofRequests.isEmpty() && ofStreams.isEmpty() && !closed;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration pause) throws InterruptedException {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!closed && left > 0) {
                left = arrived.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void succeeded() {
        if (failing) {
            failing = false;
            LOG.log(System.Logger.Level.INFO, "sink " + name + " writes again");
        }
    }

    private void failed(String sentence, RuntimeException cause) {
        if (failing) {
            return;
        }
        LOG.log(System.Logger.Level.WARNING, "sink " + name + " fails and is tried again: " + sentence);
        LOG.log(System.Logger.Level.DEBUG, "sink " + name, cause);
        failing = true;
        lock.lock();
        try {
            settled.signalAll(); // nobody waits for a target that fails
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Writes what waits, once more where the target failed, and ends; at most ten seconds. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
            settled.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
