package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The models that answer in this process, by name and version. Any number of threads use it. */
public final class ModelRegistry {
    /** Numbers by their value, whatever else by its letters. */
    private static final Comparator<Model> BY_VERSION =
            Comparator.comparingInt((Model model) -> model.version().length()).thenComparing(Model::version);

    /** Each name's versions, the newest last; never empty. */
    private final ConcurrentSkipListMap<String, List<Model>> models = new ConcurrentSkipListMap<>();

    /** @throws IllegalArgumentException if the name is taken */
    public void add(Model model) {
        if (models.putIfAbsent(model.name(), List.of(model)) != null) {
            throw new IllegalArgumentException("two models are named " + model.name());
        }
    }

    /** Lets a model answer to its name and version, in the place of whichever did before. */
    public void put(Model model) {
        models.merge(model.name(), List.of(model), (known, _) -> {
            List<Model> versions = without(known, model.version());
            versions.add(model);
            versions.sort(BY_VERSION);
            return List.copyOf(versions);
        });
    }

    /** Takes a name away, with all its versions. */
    public void remove(String name) {
        models.remove(name);
    }

    /** Takes one version away, unless another model has taken its place. */
    public void remove(Model model) {
        models.computeIfPresent(model.name(), (_, known) -> known.contains(model) ? rest(known, model) : known);
    }

    private static @Nullable List<Model> rest(List<Model> known, Model model) {
        List<Model> versions = without(known, model.version());
        return versions.isEmpty() ? null : List.copyOf(versions);
    }

    private static List<Model> without(List<Model> known, String version) {
        List<Model> versions = new ArrayList<>(known);
        versions.removeIf(each -> each.version().equals(version));
        return versions;
    }

    /** The newest version. */
    public Optional<Model> find(String name) {
        return Optional.ofNullable(models.get(name)).map(List::getLast);
    }

    /** All versions of a model, the newest last; empty where there is none of this name. */
    public List<Model> versions(String name) {
        return models.getOrDefault(name, List.of());
    }

    /** Every version, in the order of names and then of versions. */
    public List<Model> all() {
        return models.values().stream().flatMap(List::stream).toList();
    }

    /**
     * The tensor model of this name and version.
     *
     * @param version empty for the newest
     * @throws ServingException with {@link ErrorCode#NOT_FOUND}
     */
    public TensorModel tensorModel(String name, String version) {
        List<Model> versions = models.get(name);
        if (versions == null) {
            throw new ServingException(
                    ErrorCode.NOT_FOUND,
                    "no model is named " + name
                            + (models.isEmpty() ? "" : "; there are: " + String.join(", ", models.keySet())));
        }
        Model model = version.isEmpty()
                ? versions.getLast()
                : versions.stream()
                        .filter(each -> each.version().equals(version))
                        .findFirst()
                        .orElseThrow(() -> new ServingException(
                                ErrorCode.NOT_FOUND,
                                "model " + name + " has no version " + version + "; it has "
                                        + versions.stream().map(Model::version).collect(Collectors.joining(", "))));
        return switch (model) {
            case TensorModel tensorModel -> tensorModel;
        };
    }
}
