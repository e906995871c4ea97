package io.penstock.app;

import io.penstock.serving.HeldModel;
import io.penstock.serving.OnDemandModel;

/** A model that answers, and its file, which the cache keeps while it does. */
record LoadedModel(OnDemandModel model, HeldModel file) implements AutoCloseable {
    @Override
    public void close() {
        model.close();
        file.close();
    }
}
