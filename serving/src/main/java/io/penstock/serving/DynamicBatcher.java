package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Combines concurrent requests into batches, so that one execution serves many callers.
 *
 * <p>A batch closes when it is full, or when its oldest request has been here for {@code maxQueueDelay}, whichever is
 * first. Only requests of the same shape (the batch dimension aside) and types share one. A request larger than
 * {@code maxBatchSize} runs alone. The queue is bounded: a request that does not fit is refused at once, because its
 * caller can retry elsewhere but cannot get back the time it spent waiting here. Requests whose caller has left or whose
 * deadline has passed are taken out before they cost anything.
 *
 * <p>Threads: callers block in {@link #submit}, one worker for each model instance in {@link #take}. The lock guards the
 * queue alone, and is not held while anybody executes.
 */
final class DynamicBatcher {
    private final BatchPolicy policy;
    private final ModelStatistics statistics;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<PendingRequest> queue = new ArrayDeque<>();
    private boolean closed;

    DynamicBatcher(BatchPolicy policy, ModelStatistics statistics) {
        this.policy = policy;
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

    private void enqueue(PendingRequest pending) {
        lock.lock();
        try {
            if (closed) {
                throw new ServingException(ErrorCode.NOT_READY, "the model is being unloaded");
            }
            if (queue.size() >= policy.queueCapacity()) {
                throw new ServingException(
                        ErrorCode.QUEUE_FULL,
                        "the model's queue is full: " + policy.queueCapacity()
                                + " requests wait (model.batching.queueCapacity)");
            }
            pending.request().memory().retain();
            queue.addLast(pending);
            statistics.queued(1);
            changed.signal();
        } finally {
            lock.unlock();
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

    /** Waits for the next batch; empty once the batcher is closed. The taker releases each request's memory. */
    List<PendingRequest> take() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                dropSettledAndLate();
                PendingRequest oldest = queue.peekFirst();
                if (oldest == null) {
                    if (closed) {
                        return List.of();
                    }
                    changed.await();
                    continue;
                }
                List<PendingRequest> batch = joinable(oldest);
                // From the oldest request's arrival, not from now: time spent behind a busy worker counts.
                long left = oldest.arrivedAt() + policy.maxQueueDelay().toNanos() - System.nanoTime();
                if (left <= 0 || closed || isFull(batch)) {
                    batch.forEach(this::dequeue);
                    if (!queue.isEmpty()) {
                        changed.signal();
                    }
                    return batch;
                }
                changed.awaitNanos(left);
            }
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

    private void dropSettledAndLate() {
        for (Iterator<PendingRequest> each = queue.iterator(); each.hasNext(); ) {
            PendingRequest pending = each.next();
            if (pending.request().deadline().isPast()) {
                pending.fail(new ServingException(
                        ErrorCode.DEADLINE_EXCEEDED, "the deadline passed while the request waited in the queue"));
            }
            if (pending.isSettled()) {
                each.remove();
                release(pending);
            }
        }
    }

    private List<PendingRequest> joinable(PendingRequest oldest) {
        List<PendingRequest> batch = new ArrayList<>(policy.maxBatchSize());
        batch.add(oldest);
        long items = oldest.items();
        if (!policy.joins()) {
            return batch;
        }
        for (PendingRequest other : queue) {
            if (items >= policy.maxBatchSize()) {
                break;
            }
            if (other != oldest && items + other.items() <= policy.maxBatchSize() && areJoinable(oldest, other)) {
                batch.add(other);
                items += other.items();
            }
        }
        return batch;
    }

    private boolean isFull(List<PendingRequest> batch) {
        return !policy.joins()
                || batch.stream().mapToLong(PendingRequest::items).sum() >= policy.maxBatchSize();
    }

    private void dequeue(PendingRequest pending) {
        queue.remove(pending);
        statistics.queued(-1);
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
