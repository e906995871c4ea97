package io.penstock.serving;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a model's requests share executions, and how they wait for one.
 *
 * @param maxBatchSize at most so many items in one execution
 * @param maxQueueDelay how long the oldest request waits for others
 * @param queueCapacity requests that may wait; one more is refused at once
 * @param preferredSizes items at which a batch closes before it is full, where more would have to be waited for; empty
 *     for none
 * @param priorities who goes first
 * @param timeout what a request may spend in the queue, unless its level says otherwise
 * @param ofLevels queues of single levels of urgency, from 1
 */
public record Batching(
        int maxBatchSize,
        Duration maxQueueDelay,
        int queueCapacity,
        List<Integer> preferredSizes,
        Priorities priorities,
        QueueTimeout timeout,
        Map<Integer, LevelQueue> ofLevels) {
    public Batching {
        ofLevels = Map.copyOf(ofLevels);
        preferredSizes = preferredSizes.stream().sorted().distinct().toList();
        if (maxBatchSize < 1 || queueCapacity < 1) {
            throw new IllegalArgumentException(
                    "maxBatchSize and queueCapacity must be at least 1: " + maxBatchSize + ", " + queueCapacity);
        }
        if (!preferredSizes.isEmpty() && (preferredSizes.getFirst() < 1 || preferredSizes.getLast() > maxBatchSize)) {
            throw new IllegalArgumentException(
                    "preferred sizes must be between 1 and maxBatchSize, " + maxBatchSize + ": " + preferredSizes);
        }
    }

    public Batching(int maxBatchSize, Duration maxQueueDelay, int queueCapacity) {
        this(maxBatchSize, maxQueueDelay, queueCapacity, List.of(), Priorities.USUAL, QueueTimeout.NONE);
    }

    /** Levels of urgency have no queues of their own. */
    public Batching(
            int maxBatchSize,
            Duration maxQueueDelay,
            int queueCapacity,
            List<Integer> preferredSizes,
            Priorities priorities,
            QueueTimeout timeout) {
        this(maxBatchSize, maxQueueDelay, queueCapacity, preferredSizes, priorities, timeout, Map.of());
    }

    /** What a request of this urgency may spend in the queue. */
    QueueTimeout timeoutOf(long priority) {
        if (ofLevels.isEmpty()) {
            return timeout;
        }
        LevelQueue own = ofLevels.get(priorities.level(priority));
        return own == null ? timeout : own.timeout();
    }

    /**
     * The queue of one level of urgency.
     *
     * @param capacity of its requests so many may wait; within {@code queueCapacity}, which counts all levels
     */
    public record LevelQueue(QueueTimeout timeout, int capacity) {
        public LevelQueue {
            if (capacity < 1) {
                throw new IllegalArgumentException("a level's queue must hold at least 1 request: " + capacity);
            }
        }
    }

    /**
     * Levels of urgency. A level is worth a head start: level 1 overtakes whoever of level 2 came less than
     * {@link #HEAD_START} before, of level 3 twice that, and nobody who has waited longer, so that the least urgent
     * request is reached in bounded time.
     *
     * @param levels 1 is the most urgent, this one the least; 0 lets nobody overtake
     * @param usual the level of a request that names none
     */
    public record Priorities(int levels, int usual) {
        /** What one level is worth. */
        public static final Duration HEAD_START = Duration.ofMillis(50);

        public static final Priorities USUAL = new Priorities(9, 5);
        public static final Priorities NONE = new Priorities(0, 0);

        public Priorities {
            if (levels < 0 || usual < 0 || usual > levels) {
                throw new IllegalArgumentException("the usual level must be between 1 and " + levels + ": " + usual);
            }
        }

        /** Nanoseconds that a request stands behind the most urgent one of the same moment. */
        long handicapNanos(long wanted) {
            if (levels == 0) {
                return 0;
            }
            return (level(wanted) - 1) * HEAD_START.toNanos();
        }

        /** The level of a request that wants this one; 0 for none. */
        int level(long wanted) {
            return levels == 0 || wanted == 0 ? usual : Math.clamp(wanted, 1, levels);
        }
    }

    /**
     * What a request may spend in the queue.
     *
     * @param after zero for as long as its deadline allows
     * @param action what becomes of a request that waited longer
     */
    public record QueueTimeout(Duration after, Action action) {
        public static final QueueTimeout NONE = new QueueTimeout(Duration.ZERO, Action.REJECT);

        /** What becomes of a request that waited too long. */
        public enum Action {
            /** Its caller gets an error. */
            REJECT,
            /** It goes behind those that have not. */
            DELAY
        }

        boolean isSet() {
            return !after.isZero();
        }
    }
}
