package io.penstock.serving;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model's file that stays where it is until this is closed: the cache neither replaces nor removes it. */
public final class HeldModel implements AutoCloseable {
    private final Path file;
    private final EntryLocks.@Nullable Mark mark;

    HeldModel(Path file, EntryLocks.@Nullable Mark mark) {
        this.file = file;
        this.mark = mark;
    }

    /** A file that the user keeps, and nobody here removes. */
    static HeldModel of(Path file) {
        return new HeldModel(file, null);
    }

    public Path file() {
        return file;
    }

    @Override
    public void close() {
        if (mark != null) {
            mark.close();
        }
    }
}
