package io.penstock.app;

import io.penstock.serving.WholeFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A note in the state folder that a server runs, for others of this user to find it: one file a process, removed at its
 * end; that of a process which died is removed by whoever finds it.
 */
record RunRecord(long pid, String address, Instant started) {
    private static final String FOLDER = "run";
    private static final long LARGEST = 64 << 10;

    /** Stands until it is closed. */
    record Announcement(Optional<Path> file) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (file.isPresent()) {
                Files.deleteIfExists(file.get());
            }
        }
    }

    /** Writes this process's note; where it cannot be written, that is said, and the server runs all the same. */
    static Announcement announce(UserFolders folders, String address, PrintWriter err) {
        ProcessHandle self = ProcessHandle.current();
        Map<String, Object> note = new LinkedHashMap<>();
        note.put("pid", self.pid());
        note.put("address", address);
        note.put("started", Instant.now().toString());
        note.put("processStartMillis", startMillis(self));
        note.put("version", VersionCommand.number());
        try {
            Path folder = Files.createDirectories(folders.state().resolve(FOLDER));
            Path file = folder.resolve(self.pid() + ".json");
            WholeFile.write(file, TreeText.json(note) + "\n");
            return new Announcement(Optional.of(file));
        } catch (IOException e) {
            err.println("penstock: penstock ps will not show this process: "
                    + e.getClass().getSimpleName() + " " + e.getMessage());
            return new Announcement(Optional.empty());
        }
    }

    /** Those whose process lives, in the order of their starts. */
    static List<RunRecord> all(UserFolders folders) throws IOException {
        Path folder = folders.state().resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(file -> file.getFileName().toString().matches("[0-9]+\\.json"))
                    .toList();
        }
        List<RunRecord> alive = new ArrayList<>();
        for (Path file : files) {
            Optional<RunRecord> record = read(file);
            if (record.isPresent()) {
                alive.add(record.get());
            } else {
                Files.deleteIfExists(file);
            }
        }
        alive.sort(Comparator.comparing(RunRecord::started));
        return alive;
    }

    /** Empty where it is broken, or the process is gone and another one may have its number. */
    private static Optional<RunRecord> read(Path file) throws IOException {
        try {
            if (Files.size(file) > LARGEST || !(TreeText.parse(Files.readString(file)) instanceof Map<?, ?> note)) {
                return Optional.empty();
            }
            if (note.get("pid") instanceof Long pid
                    && note.get("address") instanceof String address
                    && note.get("started") instanceof String started
                    && note.get("processStartMillis") instanceof Long start) {
                boolean alive = ProcessHandle.of(pid)
                        .filter(process -> process.isAlive() && startMillis(process) == start)
                        .isPresent();
                return alive ? Optional.of(new RunRecord(pid, address, Instant.parse(started))) : Optional.empty();
            }
            return Optional.empty();
        } catch (NoSuchFileException | DateTimeParseException | com.fasterxml.jackson.core.JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static long startMillis(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
