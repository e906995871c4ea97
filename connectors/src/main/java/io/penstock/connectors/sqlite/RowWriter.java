package io.penstock.connectors.sqlite;

import io.penstock.pipeline.SinkWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * Writes rows, a transaction a batch, and removes what is kept no longer. After a failure the connection is given up and
 * opened again at the next attempt.
 *
 * <p>Threads: opened by whoever starts, then used by the writer's thread alone.
 */
final class RowWriter implements SinkWriter.Target<Row> {
    private static final int PAGE_BYTES = 4096;
    /** Free pages are kept for new rows up to so many, and beyond given back to the file system, so many at a time. */
    private static final int SPARE_PAGES = 256;

    private static final String INSERT = "INSERT INTO inference_results"
            + " (request_id, pipeline, stream, created_at, result) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String SIZE =
            "SELECT " + Row.SIZE + " FROM inference_results WHERE pipeline = ? AND request_id = ?";
    private static final String REPLACE = "UPDATE inference_results SET stream = ?, created_at = ?, result = ?"
            + " WHERE pipeline = ? AND request_id = ?";
    private static final String RESIZE =
            "INSERT INTO pipeline_sizes (pipeline, bytes) VALUES (?1, ?2)" + " ON CONFLICT DO UPDATE SET bytes = ?2";

    private final Path folder;
    private final Path file;
    private final LongSupplier mostPages;
    private final RetentionSweep sweep;
    private final Map<String, Long> sizes = new HashMap<>();
    private @Nullable StateLock lock;
    private @Nullable Open open;

    /** A connection with the statements that each batch uses. */
    private record Open(
            Connection connection,
            PreparedStatement insert,
            PreparedStatement size,
            PreparedStatement replace,
            PreparedStatement resize) {
        static Open of(Connection connection) throws SQLException {
            return new Open(
                    connection,
                    connection.prepareStatement(INSERT),
                    connection.prepareStatement(SIZE),
                    connection.prepareStatement(REPLACE),
                    connection.prepareStatement(RESIZE));
        }
    }

    /** @param mostPages at most so many pages of 4 KiB, asked for when the file is opened; what a full disk looks like */
    RowWriter(Path folder, Path file, RetentionSweep sweep, LongSupplier mostPages) {
        this.folder = folder;
        this.file = file;
        this.sweep = sweep;
        this.mostPages = mostPages;
    }

    /** Opens the database unless it is open, and makes it where there is none. */
    Connection open() {
        return opened().connection();
    }

    private Open opened() {
        if (open == null) {
            if (lock == null) {
                lock = StateLock.of(folder);
            }
            try {
                open = connect();
            } catch (SQLException e) {
                throw Failures.of(file, e);
            }
        }
        return open;
    }

    private Open connect() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setPageSize(PAGE_BYTES);
        config.setBusyTimeout(5_000);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        boolean connected = false;
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA auto_vacuum = INCREMENTAL"); // counts only while there is no table
            statement.execute("PRAGMA journal_mode = WAL");
            statement.executeUpdate("PRAGMA synchronous = NORMAL");
            statement.execute("PRAGMA journal_size_limit = 16777216");
            statement.execute("PRAGMA max_page_count = " + mostPages.getAsLong());
            Schema.migrate(connection, file);
            sizes.clear();
            try (ResultSet rows = statement.executeQuery("SELECT pipeline, bytes FROM pipeline_sizes")) {
                while (rows.next()) {
                    sizes.put(rows.getString(1), rows.getLong(2));
                }
            }
            Open ready = Open.of(connection);
            connected = true;
            return ready;
        } finally {
            if (!connected) {
                close(connection);
            }
        }
    }

    @Override
    public List<Row> write(List<Row> batch) {
        Open current = opened();
        Map<String, Long> grown = new HashMap<>();
        boolean committed = false;
        try {
            current.connection().setAutoCommit(false);
            for (Row row : batch) {
                grown.merge(row.pipeline(), write(current, row), Long::sum);
            }
            resize(current, grown);
            current.connection().commit();
            current.connection().setAutoCommit(true);
            committed = true;
            return List.of();
        } catch (SQLException e) {
            throw Failures.of(file, e);
        } finally {
            if (!committed) {
                giveUp();
            }
        }
    }

    /** By how many bytes the row made its pipeline's results grow. */
    private static long write(Open current, Row row) throws SQLException {
        PreparedStatement insert = current.insert();
        insert.setString(1, row.requestId());
        insert.setString(2, row.pipeline());
        insert.setString(3, row.stream().orElse(null));
        insert.setLong(4, row.createdAtMicros());
        insert.setString(5, row.json());
        if (insert.executeUpdate() == 1) {
            return row.bytes();
        }
        long before;
        current.size().setString(1, row.pipeline());
        current.size().setString(2, row.requestId());
        try (ResultSet rows = current.size().executeQuery()) {
            before = rows.next() ? rows.getLong(1) : 0;
        }
        PreparedStatement replace = current.replace();
        replace.setString(1, row.stream().orElse(null));
        replace.setLong(2, row.createdAtMicros());
        replace.setString(3, row.json());
        replace.setString(4, row.pipeline());
        replace.setString(5, row.requestId());
        replace.executeUpdate();
        return row.bytes() - before;
    }

    private void resize(Open current, Map<String, Long> grown) throws SQLException {
        for (Map.Entry<String, Long> each : grown.entrySet()) {
            long bytes = Math.max(0, sizes.getOrDefault(each.getKey(), 0L) + each.getValue());
            current.resize().setString(1, each.getKey());
            current.resize().setLong(2, bytes);
            current.resize().executeUpdate();
            // A batch that fails reads the sizes again when the file is opened again.
            sizes.put(each.getKey(), bytes);
        }
    }

    @Override
    public boolean tidy() {
        Open current = opened();
        Map<String, Long> grown = new HashMap<>();
        boolean committed = false;
        boolean more;
        try {
            current.connection().setAutoCommit(false);
            more = sweep.sweep(current.connection(), sizes, Instant.now(), grown);
            resize(current, grown);
            current.connection().commit();
            current.connection().setAutoCommit(true);
            committed = true;
            if (!grown.isEmpty()) {
                giveBackPages(current.connection());
            }
            return more;
        } catch (SQLException e) {
            throw Failures.of(file, e);
        } finally {
            if (!committed) {
                giveUp();
            }
        }
    }

    private static void giveBackPages(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long free;
            try (ResultSet rows = statement.executeQuery("PRAGMA freelist_count")) {
                free = rows.next() ? rows.getLong(1) : 0;
            }
            if (free > SPARE_PAGES) {
                statement.executeUpdate("PRAGMA incremental_vacuum(" + Math.min(free - SPARE_PAGES, SPARE_PAGES) + ")");
            }
        }
    }

    private void giveUp() {
        if (open != null) {
            close(open.connection());
            open = null;
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close(); // rolls back what is not committed
        } catch (SQLException e) {
            System.getLogger(RowWriter.class.getName()).log(System.Logger.Level.DEBUG, "closing the database", e);
        }
    }

    @Override
    public void close() {
        giveUp();
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }
}
