package io.penstock.connectors.sqlite;

import io.penstock.pipeline.SinkException;
import io.penstock.serving.backend.NativeLibrary;
import java.io.IOException;
import java.nio.file.Path;
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
        try {
            String resource = "/org/sqlite/native/" + platform + "/" + file;
            if (!NativeLibrary.unpack(SQLiteJDBCLoader.class, resource, folder.resolve(file))) {
                return;
            }
        } catch (IOException e) {
            throw new SinkException(
                    SinkException.Reason.UNAVAILABLE, "cannot unpack SQLite into " + folder + ": " + e.getMessage(), e);
        }
        System.setProperty(PATH, folder.toString());
        System.setProperty(NAME, file);
    }
}
