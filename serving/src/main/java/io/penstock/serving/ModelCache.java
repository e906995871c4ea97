package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Models on this machine's disk: a folder each, named after the model's address, under a limit on all of them together.
 * When a new one needs room, those that were not used for the longest time go first, and those in use never go.
 *
 * <p>Threads: any number, of any number of processes; see {@link EntryLocks}. Two downloads at the same time may exceed
 * the limit by the smaller of them until the next one.
 */
public final class ModelCache {
    private static final int KEY_DIGITS = 32;

    private final Path folder;
    private final long maxBytes;
    private final long maxModelBytes;
    private final Clock clock;
    private final EntryLocks locks;

    /**
     * @param folder made when the first model comes
     * @param maxBytes of all models together, {@code cache.bytes}
     * @param maxModelBytes of one, {@code limits.modelBytes}
     */
    public ModelCache(Path folder, long maxBytes, long maxModelBytes, Clock clock) {
        if (maxBytes < 1 || maxModelBytes < 1) {
            throw new IllegalArgumentException(
                    "cache.bytes and limits.modelBytes must be at least 1: " + maxBytes + ", " + maxModelBytes);
        }
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.maxModelBytes = maxModelBytes;
        this.clock = clock;
        this.locks = new EntryLocks(folder.resolve("locks"));
    }

    /** What removing a model came to. */
    public enum Removal {
        REMOVED,
        IN_USE,
        ABSENT
    }

    public long maxBytes() {
        return maxBytes;
    }

    /** Size of the largest model that is fetched. */
    public long maxModelBytes() {
        return maxModelBytes;
    }

    /** All whole models, the last used first. */
    public List<CachedModel> all() {
        List<CachedModel> models = new ArrayList<>();
        try {
            for (Path entry : entries()) {
                CacheRecord.read(entry).ifPresent(models::add);
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        models.sort(Comparator.comparing((CachedModel model) -> model.times().used())
                .reversed()
                .thenComparing(CachedModel::uri));
        return models;
    }

    /** @param uri as {@link io.penstock.spec.ModelUri#shown} gives it */
    public Optional<CachedModel> find(String uri) {
        return all().stream().filter(model -> model.uri().equals(uri)).findFirst();
    }

    /** Removes a model and whatever lies beside it, unless a process uses it or is fetching it. */
    public Removal remove(String key) {
        try {
            Optional<EntryLocks.Held> held = locks.tryAcquire(key);
            if (held.isEmpty()) {
                return Removal.IN_USE;
            }
            try (EntryLocks.Held _ = held.get()) {
                if (!Files.isDirectory(folder.resolve(key))) {
                    return Removal.ABSENT;
                }
                if (locks.isInUse(key)) {
                    return Removal.IN_USE;
                }
                delete(folder.resolve(key));
                return Removal.REMOVED;
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** What is left of downloads that never ended, by key. */
    public List<String> fragments() {
        try {
            List<String> keys = new ArrayList<>();
            for (Path entry : entries()) {
                if (CacheRecord.read(entry).isEmpty()) {
                    keys.add(entry.getFileName().toString());
                }
            }
            return keys;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    EntryLocks locks() {
        return locks;
    }

    Instant now() {
        return clock.instant().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    }

    /** The same address gives the same key, in every version of the program. */
    static String key(String address) {
        byte[] digest = Download.sha256().digest(address.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest).substring(0, KEY_DIGITS);
    }

    Path folder(String key) throws IOException {
        return Files.createDirectories(folder.resolve(key));
    }

    Optional<CachedModel> read(String key) throws IOException {
        return CacheRecord.read(folder.resolve(key));
    }

    /** Keeps what the entry's folder holds now; its lock is held. */
    void write(CachedModel model) throws IOException {
        Files.setLastModifiedTime(
                model.file(), FileTime.fromMillis(model.times().fetched().toEpochMilli()));
        CacheRecord.write(folder.resolve(model.key()), model);
    }

    /** Marks an entry as used; its lock is held. */
    HeldModel hold(CachedModel model) throws IOException {
        CacheRecord.write(folder.resolve(model.key()), model.with(model.times().usedAt(now())));
        return new HeldModel(model.file(), locks.mark(model.key()));
    }

    /**
     * Removes models until {@code bytes} more fit.
     *
     * @param key of the entry that they are for, which does not count
     * @throws ServingException with {@link ErrorCode#TOO_LARGE} if they never fit, {@link ErrorCode#STORAGE_FULL} if what
     *     is in use leaves no room
     */
    void makeRoom(long bytes, String key) throws IOException {
        List<Candidate> others = new ArrayList<>();
        long taken = bytes;
        for (Path entry : entries()) {
            if (!entry.getFileName().toString().equals(key)) {
                Candidate other = candidate(entry);
                others.add(other);
                taken += other.bytes();
            }
        }
        others.sort(Comparator.comparing(Candidate::used));
        for (Candidate other : others) {
            if (taken <= maxBytes) {
                return;
            }
            if (remove(other.key()) != Removal.IN_USE) {
                taken -= other.bytes();
            }
        }
        if (taken > maxBytes) {
            throw new ServingException(
                    ErrorCode.STORAGE_FULL,
                    "the model cache has no room for " + bytes + " bytes: models in use take " + (taken - bytes)
                            + " of the " + maxBytes + " that cache.bytes allows");
        }
    }

    /** An entry that could go. */
    private record Candidate(String key, long bytes, Instant used) {}

    private static Candidate candidate(Path entry) throws IOException {
        long bytes = 0;
        Instant newest = Instant.EPOCH;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(entry)) {
            for (Path file : files) {
                bytes += Files.size(file);
                Instant changed = Files.getLastModifiedTime(file).toInstant();
                newest = changed.isAfter(newest) ? changed : newest;
            }
        }
        Instant used =
                CacheRecord.read(entry).map(model -> model.times().used()).orElse(newest);
        return new Candidate(entry.getFileName().toString(), bytes, used);
    }

    private List<Path> entries() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().matches("[0-9a-f]{" + KEY_DIGITS + "}"))
                    .toList();
        }
    }

    /** The record goes first: without it nothing here counts as a model. */
    private static void delete(Path entry) throws IOException {
        Files.deleteIfExists(entry.resolve(CacheRecord.FILE));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(entry)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(entry);
    }

    private ServingException unreadable(IOException e) {
        return new ServingException(
                ErrorCode.INTERNAL, "the model cache " + folder + " cannot be read: " + e.getMessage(), e);
    }

    /** How long a model may lie unasked for before {@code now}. */
    static boolean isOlder(Instant then, Duration age, Instant now) {
        return then.plus(age).isBefore(now);
    }
}
