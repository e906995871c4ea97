package io.penstock.app;

import io.penstock.server.page.ModelCard;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRepository;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.InvalidSpecException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The models of a repository that are loaded, and their loading and unloading while the server runs. A model that is
 * loaded anew answers without a gap: the new one is ready before the old one goes.
 *
 * <p>Threads: any number look, one at a time changes.
 */
final class RepositoryModels implements AutoCloseable {
    private final Engine engine;
    private final ModelRepository repository;
    private final RepositoryLoader loader;
    private final Consumer<String> report;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, Held> held = new TreeMap<>();

    /** What is loaded of one model, and why it is not where it is not. */
    private record Held(List<TensorModel> versions, String reason) {}

    /** @param report takes sentences for whoever started the server */
    RepositoryModels(Engine engine, ModelRepository repository, Consumer<String> report) {
        this.engine = engine;
        this.repository = repository;
        this.loader = new RepositoryLoader(engine);
        this.report = report;
    }

    /**
     * Loads every model, ensembles after those that they call.
     *
     * @throws CommandException with what is wrong with each that cannot be loaded
     */
    void loadAll() throws InterruptedException {
        List<ModelRepository.Entry> entries = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (String name : repository.names()) {
            try {
                entries.add(repository.read(name));
            } catch (ServingException | InvalidSpecException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        entries.sort(Comparator.comparing(entry -> entry.config().isEnsemble()));
        for (ModelRepository.Entry entry : entries) {
            try {
                load(entry);
            } catch (ServingException e) {
                failures.add(e.sentence());
            }
        }
        if (!failures.isEmpty()) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    "the model repository " + repository.folder() + " was refused\n" + String.join("\n", failures));
        }
    }

    /**
     * Loads a model, or loads it anew.
     *
     * @param config in the place of the folder's
     */
    void load(String name, Optional<String> config) throws InterruptedException {
        ModelRepository.Entry entry;
        try {
            entry = repository.read(name, config);
        } catch (InvalidSpecException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
        }
        load(entry);
    }

    private void load(ModelRepository.Entry entry) throws InterruptedException {
        changing.lockInterruptibly();
        try {
            List<TensorModel> fresh = new ArrayList<>();
            boolean loaded = false;
            try {
                for (Map.Entry<Long, Path> version : entry.versions().entrySet()) {
                    fresh.add(loader.load(entry, version.getKey(), version.getValue()));
                }
                loaded = true;
            } catch (ServingException e) {
                Held before = held.getOrDefault(entry.name(), new Held(List.of(), ""));
                held.put(
                        entry.name(),
                        new Held(before.versions(), before.versions().isEmpty() ? e.sentence() : ""));
                throw e;
            } finally {
                if (!loaded) {
                    fresh.forEach(RepositoryModels::close);
                }
            }
            List<TensorModel> before =
                    held.getOrDefault(entry.name(), new Held(List.of(), "")).versions();
            fresh.forEach(engine.models()::put);
            before.forEach(engine.models()::remove);
            held.put(entry.name(), new Held(fresh, ""));
            before.forEach(RepositoryModels::close);
            entry.config()
                    .notCarried()
                    .forEach(field -> report.accept("model " + entry.name() + ": not carried over: " + field));
        } finally {
            changing.unlock();
        }
    }

    /** Refuses new requests to a model, finishes those under way, and takes it out of memory. */
    void unload(String name) throws InterruptedException {
        changing.lockInterruptibly();
        try {
            Held gone = held.get(name);
            if (gone == null && repository.names().stream().noneMatch(name::equals)) {
                throw new ServingException(ErrorCode.NOT_FOUND, "the model repository has no model " + name);
            }
            held.put(name, new Held(List.of(), "unloaded"));
            if (gone != null) {
                gone.versions().forEach(engine.models()::remove);
                gone.versions().forEach(RepositoryModels::close);
            }
        } finally {
            changing.unlock();
        }
    }

    /** Looks at the folder time and again, and loads and unloads what changed in it; ends when interrupted. */
    void poll(Duration interval) {
        Map<String, Long> before = fingerprints();
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(interval.toNanos());
                Map<String, Long> now = fingerprints();
                for (String name : now.keySet()) {
                    if (!now.get(name).equals(before.get(name))) {
                        change(name, () -> load(name, Optional.empty()), "was loaded");
                    }
                }
                for (String name : before.keySet()) {
                    if (!now.containsKey(name)) {
                        change(name, () -> unload(name), "was unloaded");
                    }
                }
                before = now;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Change {
        void run() throws InterruptedException;
    }

    private void change(String name, Change change, String done) throws InterruptedException {
        try {
            change.run();
            report.accept("model " + name + " " + done);
        } catch (RuntimeException e) {
            // Here one look ends: the next goes on with the others, and with this one once it changes again.
            report.accept("model " + name + " stays as it is: " + e.getMessage());
        }
    }

    private Map<String, Long> fingerprints() {
        Map<String, Long> all = new TreeMap<>();
        for (String name : repository.names()) {
            all.put(name, repository.fingerprint(name));
        }
        return all;
    }

    /** Names of the models that answer, in order. */
    List<String> names() {
        changing.lock();
        try {
            return held.entrySet().stream()
                    .filter(each -> !each.getValue().versions().isEmpty())
                    .map(Map.Entry::getKey)
                    .toList();
        } finally {
            changing.unlock();
        }
    }

    Path folder() {
        return repository.folder();
    }

    /** What the page says of each model that answers. */
    Map<String, ModelCard> cards() {
        changing.lock();
        try {
            Map<String, ModelCard> cards = new TreeMap<>();
            held.forEach(
                    (name, model) -> model.versions().forEach(each -> cards.put(name, RepositoryLoader.card(each))));
            return cards;
        } finally {
            changing.unlock();
        }
    }

    /** Why models of the repository do not answer, by name; those that do are not in it. */
    Map<String, String> unavailable() {
        changing.lock();
        try {
            Map<String, String> reasons = new TreeMap<>();
            held.forEach((name, model) -> {
                if (model.versions().isEmpty()) {
                    reasons.put(name, model.reason());
                }
            });
            return reasons;
        } finally {
            changing.unlock();
        }
    }

    private static void close(Model model) {
        if (model instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                System.getLogger(RepositoryModels.class.getName())
                        .log(System.Logger.Level.ERROR, "model " + model.name() + " could not be unloaded", e);
            }
        }
    }

    @Override
    public void close() {
        changing.lock();
        try {
            held.values().forEach(each -> each.versions().forEach(RepositoryModels::close));
            held.clear();
        } finally {
            changing.unlock();
        }
    }
}
