package io.penstock.connectors.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lines of JSON in {@code results.jsonl} of a day's folder; a file that has grown to 16 MiB is put aside as
 * {@code results-1.jsonl} and so on. A line is there whole or not at all: what a failed write or the end of a process
 * left of one is cut off before the next. A line that is written again within the last thousand is left out.
 *
 * <p>Threads: one.
 */
final class ResultLines implements AutoCloseable {
    static final String FILE = "results.jsonl";
    private static final int REMEMBERED = 1_000;

    private final long mostBytes;
    private final Map<String, String> written = new LinkedHashMap<>();
    private @Nullable Path folder;
    private @Nullable FileChannel channel;

    ResultLines() {
        this(16L << 20);
    }

    ResultLines(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Appends a line; how many bytes the folder grew by. */
    long append(Path day, String id, String json) throws IOException {
        if (json.equals(written.get(id))) {
            return 0;
        }
        FileChannel open = open(day);
        ByteBuffer line = StandardCharsets.UTF_8.encode(json + "\n");
        int length = line.remaining();
        long before = open.size();
        boolean whole = false;
        try {
            while (line.hasRemaining()) {
                open.write(line, before + length - line.remaining());
            }
            whole = true;
        } finally {
            if (!whole) {
                close(); // opening cuts off what was left of the line
            }
        }
        written.put(id, json);
        if (written.size() > REMEMBERED) {
            written.remove(written.keySet().iterator().next());
        }
        if (before + length >= mostBytes) {
            putAside(day);
        }
        return length;
    }

    private FileChannel open(Path day) throws IOException {
        // The file may have been removed, by the bound on what is kept or by a person.
        if (channel != null && (!day.equals(folder) || Files.notExists(day.resolve(FILE)))) {
            close();
        }
        if (channel == null) {
            Files.createDirectories(day);
            channel = FileChannel.open(
                    day.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            folder = day;
            cutOff(channel);
        }
        return channel;
    }

    /** Cuts off a last line without its end. */
    private static void cutOff(FileChannel channel) throws IOException {
        ByteBuffer part = ByteBuffer.allocate(8192);
        long end = channel.size();
        while (end > 0) {
            int size = (int) Math.min(end, part.capacity());
            channel.read(part.clear().limit(size), end - size);
            for (int i = part.position() - 1; i >= 0; i--) {
                if (part.get(i) == '\n') {
                    channel.truncate(end - size + i + 1);
                    return;
                }
            }
            end -= size;
        }
        channel.truncate(0);
    }

    private void putAside(Path day) throws IOException {
        close();
        int number = 1;
        while (Files.exists(day.resolve("results-" + number + ".jsonl"))) {
            number++;
        }
        Files.move(day.resolve(FILE), day.resolve("results-" + number + ".jsonl"));
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
