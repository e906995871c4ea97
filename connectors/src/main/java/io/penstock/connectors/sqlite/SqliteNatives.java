package io.penstock.connectors.sqlite;

import io.penstock.pipeline.SinkException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.OSInfo;

/**
 * Unpacks SQLite's native library once into a folder that is kept: left alone, the driver unpacks it into the folder for
 * temporary files at each start, and leaves it there when the process is killed.
 */
final class SqliteNatives {
    private static final String PATH = "org.sqlite.lib.path";
    private static final String NAME = "org.sqlite.lib.name";

    private SqliteNatives() {}

    /** Comes before the first use of SQLite; does nothing where the user named a path already. */
    static void useCache(Path cache) {
        if (System.getProperty(PATH) != null) {
            return;
        }
        String platform = OSInfo.getNativeLibFolderPathForCurrentOS();
        String file = System.mapLibraryName("sqlitejdbc");
        Path folder = cache.resolve("sqlite-" + SQLiteJDBCLoader.getVersion() + "-" + platform.replace('/', '-'));
        try (InputStream packed =
                SQLiteJDBCLoader.class.getResourceAsStream("/org/sqlite/native/" + platform + "/" + file)) {
            if (packed == null) {
                return;
            }
            unpack(packed, folder, file);
        } catch (IOException e) {
            throw new SinkException(
                    SinkException.Reason.UNAVAILABLE, "cannot unpack SQLite into " + folder + ": " + e.getMessage(), e);
        }
        System.setProperty(PATH, folder.toString());
        System.setProperty(NAME, file);
    }

    private static void unpack(InputStream packed, Path folder, String file) throws IOException {
        Path target = folder.resolve(file);
        if (Files.exists(target)) {
            return;
        }
        Files.createDirectories(folder);
        Path half = Files.createTempFile(folder, file, ".part");
        try {
            Files.copy(packed, half, StandardCopyOption.REPLACE_EXISTING);
            Files.move(half, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(half);
        }
    }
}
