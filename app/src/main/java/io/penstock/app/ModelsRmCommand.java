package io.penstock.app;

import io.penstock.serving.CachedModel;
import io.penstock.serving.FetchProgress;
import io.penstock.serving.ModelCache;
import io.penstock.serving.ModelFetcher;
import io.penstock.spec.Durations;
import io.penstock.spec.ModelUri;
import io.penstock.spec.ServerSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes models from the cache. */
@Command(
        name = "rm",
        description = {"Removes models from the cache; one that a running process uses stays.", ""},
        mixinStandardHelpOptions = true)
final class ModelsRmCommand implements Callable<Integer> {
    private final Console console;
    private final UserFolders folders;

    @Parameters(paramLabel = "URI", arity = "0..*", description = "As penstock models list shows it.")
    private List<String> uris = List.of();

    @Option(names = "--all", description = "Removes every model, and what is left of downloads that never ended.")
    private boolean all;

    @Option(
            names = "--unused-for",
            paramLabel = "TIME",
            description = "Removes what nobody used for so long: 30d, 12h.")
    private Optional<String> unusedFor = Optional.empty();

    ModelsRmCommand(Console console, UserFolders folders) {
        this.console = console;
        this.folders = folders;
    }

    @Override
    public Integer call() {
        int ways = (uris.isEmpty() ? 0 : 1) + (all ? 1 : 0) + (unusedFor.isPresent() ? 1 : 0);
        if (ways != 1) {
            throw new CommandException(ExitCode.USAGE, "give either URIs, --all, or --unused-for TIME");
        }
        Optional<Duration> age = unusedFor.map(ModelsRmCommand::duration);
        try (ModelFetcher fetcher = Engine.fetcher(folders, FetchProgress.SILENT, ServerSpec.defaults())) {
            ModelCache cache = fetcher.cache();
            boolean removed = uris.isEmpty() ? removeMany(cache, age) : removeNamed(cache);
            return (removed ? ExitCode.DONE : ExitCode.FAILED).number();
        }
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--unused-for " + e.getMessage() + ": " + text, e);
        }
    }

    private boolean removeNamed(ModelCache cache) {
        boolean done = true;
        for (String uri : uris) {
            List<CachedModel> found = cache.all().stream()
                    .filter(model -> model.uri().equals(shown(uri)))
                    .toList();
            if (found.isEmpty()) {
                console.err().println("penstock: " + shown(uri) + " is not in the cache; see penstock models list");
                done = false;
            }
            for (CachedModel model : found) {
                done &= remove(cache, model);
            }
        }
        return done;
    }

    private boolean removeMany(ModelCache cache, Optional<Duration> age) {
        boolean done = true;
        Instant now = Instant.now();
        for (CachedModel model : cache.all()) {
            if (age.isEmpty() || model.times().used().plus(age.get()).isBefore(now)) {
                done &= remove(cache, model);
            }
        }
        if (age.isEmpty()) {
            for (String key : cache.fragments()) {
                done &= cache.remove(key) != ModelCache.Removal.IN_USE;
            }
        }
        return done;
    }

    private boolean remove(ModelCache cache, CachedModel model) {
        return switch (cache.remove(model.key())) {
            case REMOVED -> {
                console.out().println("removed " + model.uri() + ", " + HumanSize.text(model.bytes()));
                yield true;
            }
            case ABSENT -> true;
            case IN_USE -> {
                console.err().println("penstock: " + model.uri() + " is in use by a running process; see penstock ps");
                yield false;
            }
        };
    }

    private static String shown(String uri) {
        try {
            return ModelUri.parse(uri).shown();
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
