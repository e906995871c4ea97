package io.penstock.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The pictures that a person named: files, folders, and globs that the shell has left alone. */
final class Inputs {
    private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png", "webp", "bmp");

    private Inputs() {}

    /** @throws CommandException if a name stands for nothing */
    static List<Path> pictures(List<String> names) {
        List<Path> found = new ArrayList<>();
        for (String name : names) {
            Path path = Path.of(name);
            int before = found.size();
            if (Files.isDirectory(path)) {
                found.addAll(picturesIn(path));
            } else if (Files.isRegularFile(path)) {
                found.add(path);
            } else if (name.contains("*") || name.contains("?")) {
                found.addAll(matching(path));
            }
            if (found.size() == before) {
                throw new CommandException(ExitCode.FAILED, "there is no picture at " + name);
            }
        }
        return found;
    }

    static List<Path> picturesIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Inputs::isPicture).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> matching(Path glob) {
        Path folder = glob.getParent() == null ? Path.of(".") : glob.getParent();
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder, glob.getFileName().toString())) {
            files.forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        found.sort(null);
        return found;
    }

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return PICTURES.contains(name.substring(name.lastIndexOf('.') + 1));
    }
}
