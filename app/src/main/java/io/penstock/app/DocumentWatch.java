package io.penstock.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Notices when one of a few files was saved. It compares what is in them: editors replace files, write them in pieces,
 * and touch them without a change, and a look each half second costs less than any of that confusion.
 *
 * <p>Threads: one calls {@link #awaitChange}.
 */
final class DocumentWatch {
    private static final Duration LOOK = Duration.ofMillis(500);

    private Map<Path, String> seen;

    DocumentWatch(Set<Path> files) {
        seen = contents(files);
    }

    /** Waits until the content of a file differs from what was seen last, and has stayed so for one more look. */
    void awaitChange(Set<Path> files) throws InterruptedException {
        Map<Path, String> last = contents(files);
        while (true) {
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            Map<Path, String> now = contents(files);
            if (now.equals(last) && !now.equals(seen)) {
                seen = now;
                return;
            }
            last = now;
        }
    }

    private static Map<Path, String> contents(Set<Path> files) {
        Map<Path, String> contents = new HashMap<>();
        for (Path file : files) {
            contents.put(file, content(file));
        }
        return contents;
    }

    private static String content(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            return bytes.length + ":" + Arrays.hashCode(bytes);
        } catch (IOException e) {
            return "cannot be read";
        }
    }
}
