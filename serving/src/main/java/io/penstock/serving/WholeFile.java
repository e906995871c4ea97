package io.penstock.serving;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that nobody ever reads half of: written beside their place, and moved there. */
public final class WholeFile {
    private WholeFile() {}

    /** Puts {@code bytes} in the place of what was there; after a failure, that is still there. */
    public static void write(Path file, byte[] bytes) throws IOException {
        Path place = file.toAbsolutePath();
        Path half = place.resolveSibling("." + place.getFileName() + ".part");
        boolean moved = false;
        try {
            Files.write(half, bytes);
            Files.move(half, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            moved = true;
        } finally {
            if (!moved) {
                Files.deleteIfExists(half);
            }
        }
    }

    /** As {@link #write(Path, byte[])}, in UTF-8. */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
