package io.penstock.connectors.sqlite;

import io.penstock.pipeline.ResultQuery;
import io.penstock.pipeline.StoredResult;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * Reads stored rows beside the writer, which it neither holds up nor waits for.
 *
 * <p>Threads: one platform thread of its own reads, since SQLite is native code; callers wait for it until their
 * deadline. At most 64 queries wait; one more is refused.
 */
final class RowReader implements AutoCloseable {
    private static final int MOST_WAITING = 64;

    private final Path file;
    private final ThreadPoolExecutor reader;
    private @Nullable Connection connection;

    RowReader(Path file) {
        this.file = file;
        this.reader = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().daemon().name("sqlite-reader").factory());
    }

    List<StoredResult> newest(String pipeline, ResultQuery query, Deadline deadline) throws InterruptedException {
        Future<List<StoredResult>> answer;
        try {
            answer = reader.submit(() -> read(pipeline, query));
        } catch (RejectedExecutionException e) {
            throw new ServingException(
                    ErrorCode.QUEUE_FULL, MOST_WAITING + " queries for stored results wait already; try again", e);
        }
        try {
            return answer.get(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new ServingException(
                    ErrorCode.DEADLINE_EXCEEDED, "the stored results were not read in time; ask for fewer", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } finally {
            answer.cancel(false);
        }
    }

    private ServingException failure(@Nullable Throwable cause) {
        return switch (cause) {
            case ServingException refused -> refused;
            case SQLException failed ->
                new ServingException(
                        ErrorCode.NOT_READY,
                        "stored results cannot be read: "
                                + Failures.of(file, failed).sentence(),
                        failed);
            case null, default -> throw new IllegalStateException("reading stored results", cause);
        };
    }

    private List<StoredResult> read(String pipeline, ResultQuery query) throws SQLException {
        boolean done = false;
        try {
            Connection open = opened();
            List<Object> values = new ArrayList<>(List.of(pipeline));
            StringBuilder sql = new StringBuilder(
                    "SELECT request_id, stream, created_at, result FROM inference_results WHERE pipeline = ?");
            query.since().ifPresent(since -> {
                sql.append(" AND created_at >= ?");
                values.add(Row.micros(since));
            });
            query.stream().ifPresent(stream -> {
                sql.append(" AND stream = ?");
                values.add(stream);
            });
            if (query.before().isPresent()) {
                sql.append(" AND (created_at, rowid) < (?, ?)");
                values.addAll(place(open, pipeline, query.before().get()));
            }
            sql.append(" ORDER BY created_at DESC, rowid DESC LIMIT ?");
            values.add(query.limit());
            List<StoredResult> results = rows(open, pipeline, sql.toString(), values);
            done = true;
            return results;
        } catch (ServingException e) {
            done = true; // a wrong question says nothing about the connection
            throw e;
        } finally {
            if (!done) {
                giveUp();
            }
        }
    }

    private static List<StoredResult> rows(Connection open, String pipeline, String sql, List<Object> values)
            throws SQLException {
        List<StoredResult> results = new ArrayList<>();
        try (PreparedStatement statement = open.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    results.add(new StoredResult(
                            rows.getString(1),
                            pipeline,
                            Optional.ofNullable(rows.getString(2)),
                            Instant.EPOCH.plus(rows.getLong(3), ChronoUnit.MICROS),
                            rows.getString(4)));
                }
            }
        }
        return results;
    }

    /** Where a row stands in the order of time. */
    private static List<Object> place(Connection open, String pipeline, String requestId) throws SQLException {
        try (PreparedStatement statement = open.prepareStatement(
                "SELECT created_at, rowid FROM inference_results WHERE pipeline = ? AND request_id = ?")) {
            statement.setString(1, pipeline);
            statement.setString(2, requestId);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    return List.of(rows.getLong(1), rows.getLong(2));
                }
            }
        }
        throw new ServingException(
                ErrorCode.INVALID_REQUEST, "before must be the requestId of a result that is stored: " + requestId);
    }

    private Connection opened() throws SQLException {
        if (connection == null) {
            SQLiteConfig config = new SQLiteConfig();
            config.resetOpenMode(SQLiteOpenMode.CREATE); // a reader of a log writes its index, but makes no database
            config.setBusyTimeout(1_000);
            connection = config.createConnection("jdbc:sqlite:" + file);
        }
        return connection;
    }

    private void giveUp() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                System.getLogger(RowReader.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
            }
            connection = null;
        }
    }

    @Override
    public void close() {
        reader.execute(this::giveUp);
        reader.shutdown();
        try {
            if (!reader.awaitTermination(5, TimeUnit.SECONDS)) {
                reader.shutdownNow();
            }
        } catch (InterruptedException e) {
            reader.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
