package io.penstock.app;

import io.penstock.serving.HeldModel;
import io.penstock.serving.ModelFetcher;
import io.penstock.spec.ModelUri;
import io.penstock.spec.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches models before they are needed. */
@Command(
        name = "pull",
        description = {
            "Fetches models into the cache, or the newest version of those that are there, and prints where they lie.",
            ""
        },
        mixinStandardHelpOptions = true)
final class ModelsPullCommand implements Callable<Integer> {
    private final Console console;
    private final UserFolders folders;

    @Parameters(paramLabel = "URI", arity = "1..*", description = "http://, https:// or hf:OWNER/REPO/PATH[@REVISION].")
    private List<String> uris = List.of();

    @Option(names = "--sha256", paramLabel = "DIGITS", description = "What the file must have; for a single URI.")
    private Optional<String> sha256 = Optional.empty();

    ModelsPullCommand(Console console, UserFolders folders) {
        this.console = console;
        this.folders = folders;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<ModelUri> wanted = new ArrayList<>();
        for (String uri : uris) {
            wanted.add(remote(uri));
        }
        if (sha256.isPresent() && wanted.size() > 1) {
            throw new CommandException(ExitCode.USAGE, "--sha256 needs a single URI: " + wanted.size() + " are given");
        }
        if (!sha256.orElse("0".repeat(64)).matches("[0-9a-fA-F]{64}")) {
            throw new CommandException(
                    ExitCode.USAGE, "--sha256 must have 64 hexadecimal digits: " + sha256.orElseThrow());
        }
        try (ModelFetcher fetcher = Engine.fetcher(folders, ProgressBar.ofFetches(console), ServerSpec.defaults())) {
            for (ModelUri uri : wanted) {
                try (HeldModel held = fetcher.fetch(new ModelFetcher.Wanted(uri, sha256, true))) {
                    Path file = held.file();
                    console.out().println(file);
                }
            }
        }
        return ExitCode.DONE.number();
    }

    private static ModelUri remote(String uri) {
        try {
            ModelUri parsed = ModelUri.parse(uri);
            if (parsed instanceof ModelUri.Local) {
                throw new IllegalArgumentException(
                        "uri must be http://, https:// or hf:OWNER/REPO/PATH[@REVISION] to be fetched: " + uri);
            }
            return parsed;
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
