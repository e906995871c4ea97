package io.penstock.server.oip;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.RegionSpan;
import io.penstock.serving.oip.SharedRegions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;

/**
 * POSIX shared memory of this host, by the names that clients registered it under.
 *
 * <p>Whoever owns a region may cut its file off under us. To touch what is gone would end the process inside native code,
 * so tensors are copied out of a region and into it, each time after a look at the file's size; a cut in between shows
 * here as an error of the copy, which the JVM survives.
 *
 * <p>Threads: any; registering and unregistering wait for copies under way.
 */
final class SharedMemory implements SharedRegions {
    private static final int LONGEST_NAME = 255;
    private static final Pattern KEY = Pattern.compile("/?([A-Za-z0-9_-][A-Za-z0-9._-]{0,254})");

    private final Path folder;
    private final int maxRegions;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final TreeMap<String, Region> regions = new TreeMap<>();

    /**
     * A registered part of one file.
     *
     * @param key as the client gave it
     * @param offset of its first byte in the file
     * @param owner the name of the caller who registered it
     */
    record Region(String owner, String name, String key, long offset, long byteSize, Mapping mapping) {}

    private record Mapping(FileChannel file, Arena arena, MemorySegment memory) {
        void close() {
            arena.close();
            try {
                file.close();
            } catch (IOException e) { // it was open for mapping alone: nothing of ours is lost
                return;
            }
        }
    }

    /**
     * @param folder where the host keeps its shared memory as files
     * @param maxRegions registered at once
     */
    SharedMemory(Path folder, int maxRegions) {
        this.maxRegions = maxRegions;
        this.folder = folder;
    }

    /** Empty where the host does not show its shared memory as files. */
    static Optional<SharedMemory> ofThisHost(int maxRegions) {
        Path folder = Path.of("/dev/shm");
        return Files.isDirectory(folder) ? Optional.of(new SharedMemory(folder, maxRegions)) : Optional.empty();
    }

    /** @throws ServingException if the name is taken, the key is no file of shared memory, or the file is too short */
    void register(String owner, String name, String key, long offset, long byteSize) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw invalid("a region's name has 1 to " + LONGEST_NAME + " characters, not " + name.length());
        }
        var known = KEY.matcher(key);
        if (!known.matches()) {
            throw invalid("a shared memory key is one name of letters, digits and . _ - behind an optional slash: '"
                    + (key.length() <= LONGEST_NAME ? key : key.substring(0, LONGEST_NAME)) + "'");
        }
        if (offset < 0 || byteSize < 1) {
            throw invalid("offset must be 0 or more and byte_size 1 or more: " + offset + ", " + byteSize);
        }
        lock.writeLock().lock();
        try {
            if (regions.containsKey(name)) {
                throw invalid("shared memory region '" + name + "' is registered already");
            }
            if (regions.size() >= maxRegions) {
                throw invalid("at most " + maxRegions
                        + " shared memory regions can be registered (limits.sharedMemoryRegions)");
            }
            Mapping mapping = map(folder.resolve(String.valueOf(known.group(1))), key, offset, byteSize);
            regions.put(name, new Region(owner, name, key, offset, byteSize, mapping));
        } finally {
            lock.writeLock().unlock();
        }
    }

    private static Mapping map(Path path, String key, long offset, long byteSize) {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw invalid("there is no shared memory '" + key + "' on this host");
        }
        try {
            FileChannel file = FileChannel.open(
                    path, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
            Arena arena = Arena.ofShared();
            boolean done = false;
            try {
                if (byteSize > file.size() - offset) {
                    throw invalid("shared memory '" + key + "' has " + file.size() + " bytes; offset " + offset
                            + " and byte_size " + byteSize + " reach beyond");
                }
                MemorySegment memory = file.map(FileChannel.MapMode.READ_WRITE, offset, byteSize, arena);
                done = true;
                return new Mapping(file, arena, memory);
            } finally {
                if (!done) {
                    arena.close();
                    file.close();
                }
            }
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "shared memory '" + key + "' cannot be opened by this server", e);
        }
    }

    /** Whether anything is registered. */
    boolean isUsed() {
        lock.readLock().lock();
        try {
            return !regions.isEmpty();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Lets a region go; nothing happens where there is none of this name. */
    void unregister(String name) {
        lock.writeLock().lock();
        try {
            Region region = regions.remove(name);
            if (region != null) {
                region.mapping.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    void unregisterAll() {
        lock.writeLock().lock();
        try {
            regions.values().forEach(region -> region.mapping.close());
            regions.clear();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * The region of this name, or all.
     *
     * @param name empty for all
     * @throws ServingException with {@code NOT_FOUND}
     */
    List<Region> status(String name) {
        lock.readLock().lock();
        try {
            return name.isEmpty() ? new ArrayList<>(regions.values()) : List.of(find(name));
        } finally {
            lock.readLock().unlock();
        }
    }

    private Region find(String name) {
        Region region = regions.get(name);
        if (region == null) {
            throw notFound(name);
        }
        return region;
    }

    private static ServingException notFound(String name) {
        return new ServingException(
                ErrorCode.NOT_FOUND,
                "no shared memory region is registered as '"
                        + (name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME)) + "'");
    }

    /** @throws ServingException with {@code NOT_FOUND} unless this caller registered the region */
    void requireOwner(String name, String owner) {
        lock.readLock().lock();
        try {
            if (!find(name).owner().equals(owner)) {
                throw notFound(name);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void check(RegionSpan span) {
        lock.readLock().lock();
        try {
            view(span);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The span's memory; the lock is held. */
    private MemorySegment view(RegionSpan span) {
        Region region = find(span.region());
        if (span.byteSize() > region.byteSize - span.offset()) {
            throw invalid("shared memory region '" + region.name + "' has " + region.byteSize + " bytes; offset "
                    + span.offset() + " and byte size " + span.byteSize() + " reach beyond");
        }
        boolean cut;
        try {
            cut = region.mapping.file.size() < region.offset + region.byteSize;
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, cutOff(region), e);
        }
        if (cut) {
            throw invalid(cutOff(region));
        }
        return region.mapping.memory.asSlice(span.offset(), span.byteSize());
    }

    private static String cutOff(Region region) {
        return "shared memory region '" + region.name + "' was cut off by its owner";
    }

    @Override
    public void read(RegionSpan span, MemorySegment target) {
        lock.readLock().lock();
        try {
            MemorySegment.copy(view(span), 0, target, 0, span.byteSize());
        } catch (InternalError e) { // how the JVM reports memory that is no longer there
            throw new ServingException(ErrorCode.INVALID_REQUEST, cutOff(find(span.region())), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void write(MemorySegment source, RegionSpan span) {
        if (source.byteSize() > span.byteSize()) {
            throw invalid("an output of " + source.byteSize() + " bytes does not fit shared_memory_byte_size "
                    + span.byteSize() + " in region '" + span.region() + "'");
        }
        lock.readLock().lock();
        try {
            MemorySegment.copy(source, 0, view(span), 0, source.byteSize());
        } catch (InternalError e) { // as above
            throw new ServingException(ErrorCode.INVALID_REQUEST, cutOff(find(span.region())), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static ServingException invalid(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }
}
