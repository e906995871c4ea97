package io.penstock.server.oip;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** A repository of two models, {@code first} loaded and {@code second} not, which remembers what loads were given. */
public final class FakeModelControl implements ModelControl {
    public final Map<String, LoadParameters> loads = new ConcurrentHashMap<>();
    private final TreeMap<String, State> states =
            new TreeMap<>(Map.of("first", State.READY, "second", State.UNAVAILABLE));

    @Override
    public synchronized List<Entry> index(boolean ready) {
        return states.entrySet().stream()
                .filter(model -> !ready || model.getValue() == State.READY)
                .map(model -> new Entry(
                        model.getKey(), "1", model.getValue(), model.getValue() == State.READY ? "" : "unloaded"))
                .toList();
    }

    @Override
    public synchronized void load(String name, LoadParameters parameters) {
        if (!states.containsKey(name)) {
            throw new ServingException(ErrorCode.NOT_FOUND, "the repository has no model " + name);
        }
        loads.put(name, parameters);
        states.put(name, State.READY);
    }

    @Override
    public synchronized void unload(String name, boolean dependents) {
        states.replaceAll((model, state) ->
                model.equals(name) || (dependents && model.equals("second")) ? State.UNAVAILABLE : state);
    }
}
