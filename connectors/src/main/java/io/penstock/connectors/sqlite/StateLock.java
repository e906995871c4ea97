package io.penstock.connectors.sqlite;

import io.penstock.pipeline.SinkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Keeps a state folder to one process: a lock on the file {@code lock} in it, which names the holder. */
final class StateLock implements AutoCloseable {
    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws SinkException if another process holds the folder, or it cannot be written */
    static StateLock of(Path folder) {
        Path file = folder.resolve("lock");
        @Nullable FileChannel channel = null;
        boolean locked = false;
        try {
            Files.createDirectories(folder);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                throw new SinkException(
                        SinkException.Reason.REFUSED,
                        "the state folder " + folder + " is in use by " + holder(channel)
                                + "; stop it, or name another folder with PENSTOCK_STATE",
                        new IOException(file + " is locked"));
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
            locked = true;
            return new StateLock(channel);
        } catch (IOException e) {
            throw new SinkException(
                    SinkException.Reason.UNAVAILABLE,
                    "the state folder " + folder + " cannot be written (" + e.getMessage()
                            + "); make it writable, or name another with PENSTOCK_STATE",
                    e);
        } finally {
            if (!locked && channel != null) {
                close(channel);
            }
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(32);
        channel.read(pid, 0);
        String written = StandardCharsets.US_ASCII.decode(pid.flip()).toString().strip();
        return written.isEmpty() ? "another process" : "process " + written;
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(StateLock.class.getName()).log(System.Logger.Level.DEBUG, "closing the state lock", e);
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
