package io.penstock.app;

import io.penstock.pipeline.PipelineModel;
import io.penstock.server.oip.ModelControl;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.ServerSpec.Repository.Control;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What clients see of all repositories, and of the models that documents load, which they cannot change. */
final class RepositoryControl implements ModelControl {
    private final ModelRegistry models;
    private final List<RepositoryModels> repositories;
    private final Control control;

    RepositoryControl(ModelRegistry models, List<RepositoryModels> repositories, Control control) {
        this.models = models;
        this.repositories = repositories;
        this.control = control;
    }

    @Override
    public List<Entry> index(boolean ready) {
        List<Entry> entries = new ArrayList<>();
        for (Model model : models.all()) {
            if (!(model instanceof PipelineModel)) {
                entries.add(new Entry(model.name(), model.version(), State.READY, ""));
            }
        }
        if (!ready) {
            for (RepositoryModels repository : repositories) {
                repository
                        .unavailable()
                        .forEach((name, reason) -> entries.add(new Entry(name, "", State.UNAVAILABLE, reason)));
            }
        }
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    @Override
    public void load(String name, LoadParameters parameters) throws InterruptedException {
        owner("load", name).load(name, parameters.config(), parameters.files());
    }

    @Override
    public void unload(String name, boolean dependents) throws InterruptedException {
        owner("unload", name).unload(name, dependents);
    }

    private RepositoryModels owner(String verb, String name) {
        switch (control) {
            case EXPLICIT -> {}
            case NONE -> throw refused(verb, name, "Server.repository.control is none");
            case POLL -> throw refused(verb, name, "Server.repository.control is poll: change the folder instead");
        }
        boolean isDocuments = models.find(name).isPresent()
                && repositories.stream()
                        .noneMatch(repository -> repository.names().contains(name));
        if (isDocuments) {
            throw refused(verb, name, "it is a document's model; edit the document instead");
        }
        return repositories.stream()
                .filter(repository -> repository.hasFolder(name))
                .findFirst()
                .orElse(repositories.getFirst());
    }

    private static ServingException refused(String verb, String name, String why) {
        return new ServingException(ErrorCode.INVALID_REQUEST, "cannot " + verb + " '" + name + "': " + why);
    }

    @Override
    public boolean loads() {
        return control == Control.EXPLICIT;
    }
}
