package io.penstock.serving;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who may change a cache entry, and who uses it, across threads and processes. An entry is changed under its one lock;
 * whoever uses it puts up a mark of their own, a locked file, while they hold that lock, so that nobody removes it. The
 * kernel drops the locks of a process that dies.
 *
 * <p>Threads: any; the lock is given back by the thread that took it. A file is never locked through two channels of one
 * process, because closing one of them would drop the other's lock: threads queue on a lock in memory first, and a mark
 * of this process is known by its name.
 */
final class EntryLocks {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Path folder;
    private final ConcurrentHashMap<String, ReentrantLock> threads = new ConcurrentHashMap<>();
    private final AtomicLong marks = new AtomicLong();
    private final String process;

    EntryLocks(Path folder) {
        this.folder = folder;
        ProcessHandle self = ProcessHandle.current();
        // A process number alone comes again: in a container it is the same at every start.
        this.process = self.pid() + "-"
                + self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** The right to change an entry. */
    record Held(ReentrantLock thread, FileChannel channel) implements AutoCloseable {
        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new ServingException(ErrorCode.INTERNAL, "a lock of the model cache cannot be given back", e);
            } finally {
                thread.unlock();
            }
        }
    }

    /** A sign that an entry is in use. */
    record Mark(Path file, FileChannel channel) implements AutoCloseable {
        @Override
        public void close() {
            try (channel) {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new ServingException(ErrorCode.INTERNAL, "the mark " + file + " cannot be removed", e);
            }
        }
    }

    /**
     * Waits for an entry.
     *
     * @param waiting told once if it is not free
     * @throws ServingException with {@link ErrorCode#NOT_READY} if it is not free in time
     */
    Held acquire(String key, Duration atMost, Runnable waiting) throws InterruptedException, IOException {
        Deadline deadline = Deadline.after(atMost);
        Optional<Held> held = tryAcquire(key);
        if (held.isPresent()) {
            return held.get();
        }
        waiting.run();
        ReentrantLock thread = thread(key);
        while (!deadline.isPast()) {
            if (thread.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    held = tryAcquire(key);
                } finally {
                    thread.unlock();
                }
                if (held.isPresent()) {
                    return held.get();
                }
                Thread.sleep(LOOK_AGAIN);
            }
        }
        throw new ServingException(
                ErrorCode.NOT_READY,
                "gave up after " + atMost.toSeconds() + " s: another process still holds " + file(key));
    }

    /** The right to change an entry if nobody else has it. */
    Optional<Held> tryAcquire(String key) throws IOException {
        ReentrantLock thread = thread(key);
        if (!thread.tryLock()) {
            return Optional.empty();
        }
        @Nullable FileChannel channel = null;
        boolean locked = false;
        try {
            Files.createDirectories(folder);
            channel = FileChannel.open(file(key), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            locked = tryLock(channel);
            return locked ? Optional.of(new Held(thread, channel)) : Optional.empty();
        } finally {
            if (!locked) {
                if (channel != null) {
                    channel.close();
                }
                thread.unlock();
            }
        }
    }

    /** Puts up a mark; the caller holds the entry. */
    Mark mark(String key) throws IOException {
        Path file = folder.resolve(key + ".use-" + process + "-" + marks.incrementAndGet());
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        tryLock(channel);
        return new Mark(file, channel);
    }

    /** Whether any mark of a living process is up; the caller holds the entry. */
    boolean isInUse(String key) throws IOException {
        boolean used = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, key + ".use-*")) {
            for (Path file : files) {
                used |= isAlive(file, key);
            }
        }
        return used;
    }

    private boolean isAlive(Path file, String key) throws IOException {
        if (file.getFileName().toString().startsWith(key + ".use-" + process + "-")) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (!tryLock(channel)) {
                return true;
            }
            Files.deleteIfExists(file);
            return false;
        } catch (java.nio.file.NoSuchFileException e) {
            return false;
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another cache object of this process
        }
    }

    private ReentrantLock thread(String key) {
        return threads.computeIfAbsent(key, _ -> new ReentrantLock());
    }

    private Path file(String key) {
        return folder.resolve(key + ".lock");
    }
}
