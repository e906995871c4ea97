package io.penstock.server.oip;

import io.penstock.serving.call.ServingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The model repository as the protocol's extension {@code model_repository} sees it. Any number of threads may call it. */
public interface ModelControl {
    /** Where a model of the repository stands. */
    enum State {
        UNKNOWN,
        READY,
        UNAVAILABLE,
        LOADING,
        UNLOADING
    }

    /**
     * One version of a model.
     *
     * @param version empty where none is known
     * @param reason why it is not ready; empty where it is
     */
    record Entry(String name, String version, State state, String reason) {}

    /**
     * What a request to load a model gave along.
     *
     * @param config the model's configuration, JSON, in the place of the repository's
     * @param files contents by path, {@code 1/model.onnx}, in the place of the repository's; each path was checked to
     *     stay inside the model's folder
     */
    record LoadParameters(Optional<String> config, Map<String, byte[]> files) {
        public static final LoadParameters NONE = new LoadParameters(Optional.empty(), Map.of());

        public LoadParameters {
            files = Map.copyOf(files);
        }
    }

    /**
     * All models, in the order of their names.
     *
     * @param ready whether only those that answer are wanted
     */
    List<Entry> index(boolean ready);

    /**
     * Loads a model, or loads it anew, and waits until it answers.
     *
     * @throws ServingException with the reason: no such model in the repository, the file was refused …
     */
    void load(String name, LoadParameters parameters) throws InterruptedException;

    /**
     * Unloads a model: what is under way finishes, new requests are refused. Nothing happens to one that is not loaded.
     *
     * @param dependents whether models that only this one uses go, too
     */
    void unload(String name, boolean dependents) throws InterruptedException;

    /** Whether models can be loaded and unloaded; where not, the extension is not announced. */
    default boolean loads() {
        return true;
    }
}
