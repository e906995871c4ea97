package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The models that answer in this process, by name. */
public final class ModelRegistry {
    private final ConcurrentSkipListMap<String, Model> models = new ConcurrentSkipListMap<>();

    /** @throws IllegalArgumentException if the name is taken */
    public void add(Model model) {
        if (models.putIfAbsent(model.name(), model) != null) {
            throw new IllegalArgumentException("two models are named " + model.name());
        }
    }

    /** Lets a model answer to its name, in the place of whichever did before. */
    public void put(Model model) {
        models.put(model.name(), model);
    }

    public void remove(String name) {
        models.remove(name);
    }

    public Optional<Model> find(String name) {
        return Optional.ofNullable(models.get(name));
    }

    /** In the order of their names. */
    public List<Model> all() {
        return List.copyOf(models.values());
    }

    /**
     * The tensor model of this name and version.
     *
     * @param version empty for the model's own choice
     * @throws ServingException with {@link ErrorCode#NOT_FOUND}
     */
    public TensorModel tensorModel(String name, String version) {
        Model model = models.get(name);
        if (model == null) {
            throw new ServingException(
                    ErrorCode.NOT_FOUND,
                    "no model is named " + name
                            + (models.isEmpty() ? "" : "; there are: " + String.join(", ", models.keySet())));
        }
        if (!version.isEmpty() && !version.equals(model.version())) {
            throw new ServingException(
                    ErrorCode.NOT_FOUND,
                    "model " + name + " has no version " + version + "; it has " + model.version());
        }
        return switch (model) {
            case TensorModel tensorModel -> tensorModel;
        };
    }
}
