package io.penstock.serving.backend;

/** One loaded copy of a model. Not for use by several threads at once. */
public sealed interface ModelInstance extends AutoCloseable permits TensorInstance {
    @Override
    void close();
}
