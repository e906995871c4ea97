package io.penstock.server.oip;

import io.penstock.pipeline.PipelineModel;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.List;

/** The models of a process whose documents alone say what is loaded; the pipelines that can be called as one are no models. */
public final class LoadedModels implements ModelControl {
    private final ModelRegistry models;

    public LoadedModels(ModelRegistry models) {
        this.models = models;
    }

    @Override
    public List<Entry> index(boolean ready) {
        return models.all().stream()
                .filter(model -> !(model instanceof PipelineModel))
                .map(model -> new Entry(model.name(), model.version(), State.READY, ""))
                .toList();
    }

    @Override
    public void load(String name, LoadParameters parameters) {
        throw refused("load", name);
    }

    @Override
    public void unload(String name, boolean dependents) {
        throw refused("unload", name);
    }

    private static ServingException refused(String verb, String name) {
        return new ServingException(
                ErrorCode.UNIMPLEMENTED,
                "cannot " + verb + " '" + name + "': this server has no model repository; edit its documents instead");
    }

    @Override
    public boolean loads() {
        return false;
    }
}
