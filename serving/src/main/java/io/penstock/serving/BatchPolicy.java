package io.penstock.serving;

import java.time.Duration;

/**
 * Bounds of a batch and of the queue before it.
 *
 * @param joins whether requests may share an execution at all
 */
record BatchPolicy(boolean joins, int maxBatchSize, Duration maxQueueDelay, int queueCapacity) {}
