package io.penstock.app;

import io.penstock.serving.BatchedModel;
import io.penstock.serving.HeldModel;

/** A model that answers, and its file, which the cache keeps while it does. */
record LoadedModel(BatchedModel model, HeldModel file) implements AutoCloseable {
    @Override
    public void close() {
        model.close();
        file.close();
    }
}
