package io.penstock.connectors.files;

import io.penstock.spec.SinkSpec.Retention;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Removes the oldest files of one pipeline's folder while they are older, or together more, than is kept. It knows the
 * names of one day's files at a time, and touches only folders that are named after a day.
 *
 * <p>Threads: one.
 */
final class FolderSweep {
    private static final String DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
    private static final int MOST_FILES = 256;

    private final Path folder;
    private final Retention retention;
    private final ArrayDeque<Kept> oldest = new ArrayDeque<>();
    private long bytes = -1;

    private record Kept(Path file, long bytes, Instant modified) {}

    FolderSweep(Path folder, Retention retention) {
        this.folder = folder;
        this.retention = retention;
    }

    void grew(long added) {
        if (bytes >= 0) {
            bytes += added;
        }
    }

    /** Removes some files; whether there may be more to remove. */
    boolean sweep(Instant now) throws IOException {
        if (bytes < 0) {
            long total = 0;
            for (Path day : days()) {
                total += files(day).stream().mapToLong(Kept::bytes).sum();
            }
            bytes = total;
        }
        Instant before = now.minus(retention.age());
        for (int removed = 0; removed < MOST_FILES; removed++) {
            if (oldest.isEmpty() && !isDue(now)) {
                return false;
            }
            Kept first = oldest.peekFirst();
            if (first == null
                    || (!first.modified().isBefore(before)
                            && bytes <= retention.bytes().bytes())) {
                return false;
            }
            oldest.removeFirst();
            if (Files.deleteIfExists(first.file())) {
                bytes = Math.max(0, bytes - first.bytes());
            }
            removeEmpty(first.file().getParent());
        }
        return true;
    }

    /** Looks for the oldest day's files where something in them may have to go. */
    private boolean isDue(Instant now) throws IOException {
        List<Path> days = days();
        if (days.isEmpty()) {
            return false;
        }
        Path day = days.getFirst();
        // A day's folder may hold what is too old as soon as its first instant is.
        Instant began = Instant.parse(day.getFileName() + "T00:00:00Z");
        if (bytes <= retention.bytes().bytes() && began.isAfter(now.minus(retention.age()))) {
            return false;
        }
        List<Kept> files = new ArrayList<>(files(day));
        files.sort(Comparator.comparing(Kept::modified).thenComparing(Kept::file));
        oldest.addAll(files);
        if (files.isEmpty()) {
            removeEmpty(day);
        }
        return !files.isEmpty();
    }

    private List<Path> days() throws IOException {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().matches(DAY))
                    .sorted()
                    .toList();
        }
    }

    private static List<Kept> files(Path day) throws IOException {
        List<Kept> files = new ArrayList<>();
        Files.walkFileTree(day, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(new Kept(
                        file, attributes.size(), attributes.lastModifiedTime().toInstant()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // removed meanwhile
                }
                throw failure;
            }
        });
        return files;
    }

    /** Removes the folder, and those above it up to the day's, where nothing is in them any more. */
    private void removeEmpty(@Nullable Path from) throws IOException {
        @Nullable Path current = from;
        while (current != null && !current.equals(folder) && current.startsWith(folder)) {
            try (Stream<Path> entries = Files.list(current)) {
                if (entries.findAny().isPresent()) {
                    return;
                }
            } catch (NoSuchFileException e) {
                return; // removed meanwhile
            }
            Files.deleteIfExists(current);
            current = current.getParent();
        }
    }
}
