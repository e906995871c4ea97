package io.penstock.app.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The checkout that these tests run in: its root, and the files in it that are or will be tracked. */
final class Repository {
    private static final Set<String> SKIPPED = Set.of("target", ".git", ".venv", ".idea", ".vscode", "__pycache__");

    private Repository() {}

    static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no folder above " + Path.of("").toAbsolutePath() + " holds mvnw");
    }

    /** Paths relative to the root, sorted. New files count before they are added, so that a gate fails before a commit. */
    static List<Path> files() {
        try {
            Process git = new ProcessBuilder("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
                    .directory(root().toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (git.waitFor(30, TimeUnit.SECONDS) && git.exitValue() == 0 && !names.isEmpty()) {
                return Arrays.stream(names.split("\0"))
                        .map(Path::of)
                        .filter(path -> Files.isRegularFile(root().resolve(path)))
                        .sorted()
                        .toList();
            }
        } catch (IOException e) {
            // No git here, as in an unpacked source archive: walk instead.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while git listed the files", e);
        }
        return walk();
    }

    private static List<Path> walk() {
        try (Stream<Path> all = Files.walk(root())) {
            return all.filter(Files::isRegularFile)
                    .map(root()::relativize)
                    .filter(path -> Stream.iterate(path, p -> p != null, Path::getParent)
                            .noneMatch(p -> SKIPPED.contains(p.getFileName().toString())))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> files(String suffix) {
        return files().stream().filter(path -> path.toString().endsWith(suffix)).toList();
    }

    static String read(Path file) {
        try {
            return Files.readString(root().resolve(file));
        } catch (MalformedInputException e) {
            throw new IllegalStateException(file + " is not UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
