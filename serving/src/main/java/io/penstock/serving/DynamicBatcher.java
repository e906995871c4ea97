package io.penstock.serving;

import io.penstock.serving.Batching.QueueTimeout;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Combines concurrent requests into batches, so that one execution serves many callers.
 *
 * <p>A batch closes when it is full or of a preferred size, or when its oldest request has been here for
 * {@code maxQueueDelay}, whichever is first. Only requests of the same shape (the batch dimension aside) and types share
 * one. A request larger than {@code maxBatchSize} runs alone. More urgent requests go first, within the bounds of
 * {@link Batching.Priorities}. The queue is bounded: a request that does not fit is refused at once, because its caller
 * can retry elsewhere but cannot get back the time it spent waiting here. Requests whose caller has left or whose
 * deadline has passed are taken out before they cost anything.
 *
 * <p>Threads: callers block in {@link #submit}, or go on after {@link #begin}; one worker for each model instance waits in
 * {@link #awaitBatch}. The lock guards the queue alone, and is not held while anybody executes.
 */
final class DynamicBatcher {
    private final Batching batching;
    private final boolean joins;
    private final ModelStatistics statistics;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PendingQueue queue = new PendingQueue();
    private boolean closed;

    DynamicBatcher(BatchPolicy policy, ModelStatistics statistics) {
        this.batching = policy.batching();
        this.joins = policy.joins();
        this.statistics = statistics;
    }

    /** Queues a request made on this thread, and waits for its answer. */
    InferResponse submit(PendingRequest pending) throws InterruptedException {
        enqueue(pending);
        boolean answered = false;
        try {
            InferResponse response = pending.await();
            answered = true;
            return response;
        } finally {
            if (!answered) {
                forget(pending);
            }
        }
    }

    /** Queues a request whose completion is told. */
    Begun begin(PendingRequest pending) {
        enqueue(pending);
        Begun waiting = pending::abandon;
        return waiting.then(() -> forget(pending));
    }

    private void enqueue(PendingRequest pending) {
        lock.lock();
        try {
            if (closed) {
                throw new ServingException(ErrorCode.NOT_READY, "the model is being unloaded");
            }
            if (queue.size() >= batching.queueCapacity()) {
                throw new ServingException(
                        ErrorCode.QUEUE_FULL,
                        "the model's queue is full: " + batching.queueCapacity()
                                + " requests wait (model.batching.queueCapacity)");
            }
            if (!batching.ofLevels().isEmpty()) {
                checkLevel(pending.request().priority());
            }
            pending.request().memory().retain();
            queue.add(
                    pending,
                    batching.priorities().handicapNanos(pending.request().priority()));
            statistics.queued(1);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void checkLevel(long priority) {
        int level = batching.priorities().level(priority);
        Batching.LevelQueue own = batching.ofLevels().get(level);
        if (own == null) {
            return;
        }
        int waiting = 0;
        for (PendingRequest each : queue) {
            waiting += batching.priorities().level(each.request().priority()) == level && !each.isOver() ? 1 : 0;
        }
        if (waiting >= own.capacity()) {
            throw new ServingException(
                    ErrorCode.QUEUE_FULL,
                    "the model's queue of priority " + level + " is full: " + own.capacity()
                            + " requests wait (dynamic_batching.priority_queue_policy)");
        }
    }

    /** Takes a request whose caller has left out of the queue, if it is still there. */
    private void forget(PendingRequest pending) {
        lock.lock();
        try {
            if (queue.remove(pending)) {
                release(pending);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a batch would close; false once the batcher is closed and nothing waits any more. */
    boolean awaitBatch() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                List<PendingRequest> batch = joinable();
                if (batch.isEmpty()) {
                    if (closed) {
                        return false;
                    }
                    changed.await();
                    continue;
                }
                long left = nanosUntilClosed(batch);
                if (left <= 0) {
                    return true;
                }
                changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The batch that closes now; empty where none does. The taker releases each request's memory. */
    List<PendingRequest> poll() {
        lock.lock();
        try {
            List<PendingRequest> batch = joinable();
            if (batch.isEmpty() || nanosUntilClosed(batch) > 0) {
                return List.of();
            }
            for (PendingRequest pending : batch) {
                queue.remove(pending);
                pending.taken();
                statistics.queued(-1);
            }
            if (!queue.isEmpty()) {
                changed.signal();
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Lets workers finish what waits, and refuses anything new. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From the oldest request's arrival, not from now: time spent behind a busy worker counts. */
    private long nanosUntilClosed(List<PendingRequest> batch) {
        if (closed || isComplete(batch)) {
            return 0;
        }
        long oldest = batch.getFirst().arrivedAt();
        for (PendingRequest pending : batch) {
            oldest = Math.min(oldest, pending.arrivedAt());
        }
        return oldest + batching.maxQueueDelay().toNanos() - System.nanoTime();
    }

    /** Those that would run together now, the first of the queue among them; empty where nobody waits. */
    private List<PendingRequest> joinable() {
        dropFromTheFront();
        List<PendingRequest> batch = new ArrayList<>();
        List<PendingRequest> settled = new ArrayList<>();
        long items = 0;
        for (PendingRequest pending : queue) {
            if (!batch.isEmpty() && (!joins || items >= batching.maxBatchSize())) {
                break;
            }
            if (pending.isOver()) {
                settled.add(pending);
            } else if (batch.isEmpty()
                    || (items + pending.items() <= batching.maxBatchSize() && areJoinable(batch.getFirst(), pending))) {
                batch.add(pending);
                items += pending.items();
            }
        }
        settled.forEach(this::drop);
        return preferred(batch, items);
    }

    /** The largest beginning that has a preferred size, where not all can be taken at once anyway. */
    private List<PendingRequest> preferred(List<PendingRequest> batch, long items) {
        if (batching.preferredSizes().isEmpty() || items >= batching.maxBatchSize()) {
            return batch;
        }
        int best = 0;
        long sum = 0;
        for (int i = 0; i < batch.size(); i++) {
            sum += batch.get(i).items();
            if (isPreferred(sum)) {
                best = i + 1;
            }
        }
        return best == 0 ? batch : batch.subList(0, best);
    }

    private boolean isComplete(List<PendingRequest> batch) {
        long items = batch.stream().mapToLong(PendingRequest::items).sum();
        return !joins || items >= batching.maxBatchSize() || isPreferred(items);
    }

    private boolean isPreferred(long items) {
        return items <= Integer.MAX_VALUE && batching.preferredSizes().contains((int) items);
    }

    /** Takes out who left or is too late, and moves back who waited too long, until the first is neither. */
    private void dropFromTheFront() {
        while (!queue.isEmpty()) {
            PendingRequest first = queue.iterator().next();
            if (first.isOver()) {
                drop(first);
            } else if (waitedTooLong(first) && !queue.isDelayed(first)) {
                queue.delay(first);
            } else {
                return;
            }
        }
    }

    private boolean waitedTooLong(PendingRequest pending) {
        QueueTimeout timeout = batching.timeoutOf(pending.request().priority());
        return timeout.isSet()
                && timeout.action() == QueueTimeout.Action.DELAY
                && System.nanoTime() - pending.arrivedAt() > timeout.after().toNanos();
    }

    private void drop(PendingRequest pending) {
        pending.fail(new ServingException(
                ErrorCode.DEADLINE_EXCEEDED, "the time passed while the request waited in the queue"));
        if (queue.remove(pending)) {
            release(pending);
        }
    }

    private void release(PendingRequest pending) {
        statistics.queued(-1);
        pending.request().memory().close();
    }

    private static boolean areJoinable(PendingRequest one, PendingRequest other) {
        Map<String, Tensor> inputs = one.request().inputs();
        Map<String, Tensor> others = other.request().inputs();
        if (inputs.size() != others.size()) {
            return false;
        }
        for (Map.Entry<String, Tensor> entry : inputs.entrySet()) {
            Tensor tensor = entry.getValue();
            Tensor counterpart = others.get(entry.getKey());
            if (counterpart == null
                    || tensor.type() != counterpart.type()
                    || tensor.shape().rank() != counterpart.shape().rank()) {
                return false;
            }
            for (int i = 1; i < tensor.shape().rank(); i++) {
                if (tensor.shape().dimension(i) != counterpart.shape().dimension(i)) {
                    return false;
                }
            }
        }
        return true;
    }
}
