package io.penstock.serving;

/**
 * Bounds of a batch and of the queue before it, for one model.
 *
 * @param joins whether requests may share an execution at all
 */
record BatchPolicy(boolean joins, Batching batching) {}
