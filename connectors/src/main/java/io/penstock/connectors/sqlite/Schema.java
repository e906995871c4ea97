package io.penstock.connectors.sqlite;

import io.penstock.pipeline.SinkException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The database's tables, as numbered steps from one version to the next; {@code PRAGMA user_version} is the number. */
final class Schema {
    /** The step at index n leads from version n to n + 1; a released step is never changed. */
    private static final List<List<String>> STEPS = List.of(List.of(
            """
            CREATE TABLE inference_results (
              request_id TEXT NOT NULL,
              pipeline TEXT NOT NULL,
              stream TEXT,
              created_at INTEGER NOT NULL, -- microseconds since 1970
              result TEXT NOT NULL,        -- JSON
              PRIMARY KEY (pipeline, request_id))""",
            "CREATE INDEX inference_results_by_time ON inference_results (pipeline, created_at)",
            """
            CREATE INDEX inference_results_by_stream ON inference_results (pipeline, stream, created_at)
              WHERE stream IS NOT NULL""",
            "CREATE TABLE pipeline_sizes (pipeline TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID"));

    private Schema() {}

    /** Brings the database to the newest version, each step whole or not at all. */
    static void migrate(Connection connection, Path file) throws SQLException {
        int version = version(connection);
        if (version > STEPS.size()) {
            throw new SinkException(
                    SinkException.Reason.REFUSED,
                    "the database " + file + " was written by a newer Penstock: its version is " + version
                            + ", and this program knows " + STEPS.size() + "; use the newer one, or move the file away",
                    new SQLException("user_version " + version));
        }
        for (; version < STEPS.size(); version++) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                for (String step : STEPS.get(version)) {
                    statement.executeUpdate(step);
                }
                statement.executeUpdate("PRAGMA user_version = " + (version + 1));
                connection.commit();
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }
}
