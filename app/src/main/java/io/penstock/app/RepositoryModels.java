package io.penstock.app;

import io.penstock.server.page.ModelCard;
import io.penstock.serving.EnsembleModel;
import io.penstock.serving.ModelRepository;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The models of a repository that are loaded, and their loading and unloading while the server runs. A model that is
 * loaded anew answers without a gap: the new one is ready before the old one goes.
 *
 * <p>Threads: any number look, one at a time changes.
 */
final class RepositoryModels implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RepositoryModels.class.getName());

    private final Engine engine;
    private final ModelRepository repository;
    private final RepositoryLoader loader;
    private final Consumer<String> report;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, Held> held = new TreeMap<>();

    /** What is loaded of one model, and why it is not where it is not. */
    private record Held(List<TensorModel> versions, Optional<Path> given, String reason) {
        static final Held NOTHING = new Held(List.of(), Optional.empty(), "");
    }

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
                load(entry, Optional.empty());
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
     * @param files contents by path in the model's folder, in the place of the folder's; none for the folder itself
     */
    void load(String name, Optional<String> config, Map<String, byte[]> files) throws InterruptedException {
        Optional<Path> given = Optional.empty();
        boolean loaded = false;
        try {
            given = files.isEmpty() ? Optional.empty() : Optional.of(write(name, files));
            ModelRepository.Entry entry =
                    given.map(ModelRepository::new).orElse(repository).read(name, config);
            load(entry, given);
            loaded = true;
        } catch (InvalidSpecException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
        } finally {
            if (!loaded) {
                given.ifPresent(RepositoryModels::delete);
            }
        }
    }

    /** A repository of one model, from what a request brought along. */
    private static Path write(String name, Map<String, byte[]> files) {
        try {
            Path root = Files.createTempDirectory("penstock-model");
            Path model = root.resolve(name).normalize();
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path path = model.resolve(file.getKey()).normalize();
                if (!model.startsWith(root) || model.equals(root) || !path.startsWith(model) || path.equals(model)) {
                    delete(root);
                    throw new ServingException(
                            ErrorCode.INVALID_REQUEST, "file " + file.getKey() + " leaves the model's folder");
                }
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
            }
            return root;
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.STORAGE_FULL, "the model's files cannot be kept: " + e.getMessage(), e);
        }
    }

    private static void delete(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, root + " could not be removed", e);
        }
    }

    private void load(ModelRepository.Entry entry, Optional<Path> given) throws InterruptedException {
        changing.lockInterruptibly();
        try {
            Held before = held.getOrDefault(entry.name(), Held.NOTHING);
            List<TensorModel> fresh;
            try {
                fresh = loader.loadAll(entry);
            } catch (ServingException e) {
                if (before.versions().isEmpty()) {
                    held.put(entry.name(), new Held(List.of(), Optional.empty(), e.sentence()));
                }
                throw e;
            }
            fresh.forEach(engine.models()::put);
            before.versions().forEach(engine.models()::remove);
            held.put(entry.name(), new Held(fresh, given, ""));
            end(before);
            entry.config()
                    .notCarried()
                    .forEach(field -> report.accept("model " + entry.name() + ": not carried over: " + field));
        } finally {
            changing.unlock();
        }
    }

    /**
     * Refuses new requests to a model, finishes those under way, and takes it out of memory.
     *
     * @param dependents whether the models of an ensemble go with it, unless another ensemble needs them
     */
    void unload(String name, boolean dependents) throws InterruptedException {
        changing.lockInterruptibly();
        try {
            if (!held.containsKey(name) && !hasFolder(name)) {
                throw new ServingException(ErrorCode.NOT_FOUND, "the model repository has no model " + name);
            }
            Held gone = held.getOrDefault(name, Held.NOTHING);
            unload(name);
            if (dependents) {
                Set<String> needed = new HashSet<>();
                held.values().forEach(each -> needed.addAll(called(each)));
                for (String each : called(gone)) {
                    if (!needed.contains(each) && held.containsKey(each)) {
                        unload(each);
                    }
                }
            }
        } finally {
            changing.unlock();
        }
    }

    private void unload(String name) {
        Held gone = held.getOrDefault(name, Held.NOTHING);
        held.put(name, new Held(List.of(), Optional.empty(), "unloaded"));
        gone.versions().forEach(engine.models()::remove);
        end(gone);
    }

    private static Set<String> called(Held model) {
        Set<String> names = new TreeSet<>();
        for (TensorModel version : model.versions()) {
            if (version instanceof EnsembleModel ensemble) {
                names.addAll(ensemble.models());
            }
        }
        return names;
    }

    private static void end(Held model) {
        model.versions().forEach(RepositoryLoader::close);
        model.given().ifPresent(RepositoryModels::delete);
    }

    /** Whether the repository has a folder of this name that holds a model. */
    boolean hasFolder(String name) {
        return repository.names().contains(name);
    }

    /** Looks at the folder time and again, and loads and unloads what changed in it; ends when interrupted. */
    void poll(Duration interval) {
        Map<String, Long> before = fingerprints();
        before.keySet().retainAll(names()); // what came since the start was loaded by nobody yet
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(interval.toNanos());
                Map<String, Long> now = fingerprints();
                for (String name : now.keySet()) {
                    if (!now.get(name).equals(before.get(name))) {
                        change(name, () -> load(name, Optional.empty(), Map.of()), "was loaded");
                    }
                }
                for (String name : before.keySet()) {
                    if (!now.containsKey(name)) {
                        change(name, () -> forget(name), "was unloaded");
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

    private void forget(String name) throws InterruptedException {
        changing.lockInterruptibly();
        try {
            unload(name);
            held.remove(name);
        } finally {
            changing.unlock();
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

    @Override
    public void close() {
        changing.lock();
        try {
            held.values().forEach(RepositoryModels::end);
            held.clear();
        } finally {
            changing.unlock();
        }
    }
}
