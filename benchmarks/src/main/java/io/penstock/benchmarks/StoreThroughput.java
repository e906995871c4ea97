package io.penstock.benchmarks;

import io.penstock.connectors.sqlite.SqliteDatabase;
import io.penstock.connectors.sqlite.SqliteStore;
import io.penstock.pipeline.Result;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.spec.ByteSize;
import io.penstock.spec.SinkSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Rows a second of the embedded store, from results to committed rows, as a ratio to SQLite alone: the same rows, table
 * and indices, their JSON made before, in transactions of 512. Three rounds of each, in turn.
 *
 * <p>Usage: {@code StoreThroughput FOLDER}; the folder should lie on the disk that is meant.
 */
public final class StoreThroughput {
    private static final int ROUNDS = 3;
    private static final int ROWS = 100_000;
    private static final int BATCH = 512;

    private StoreThroughput() {}

    public static void main(String[] arguments) throws IOException, InterruptedException, SQLException {
        Path folder = Files.createTempDirectory(Path.of(arguments.length == 0 ? "." : arguments[0]), "store");
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            results.add(result(i));
        }
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            double ours = store(results, folder.resolve("ours-" + round), folder);
            double raw = raw(results, folder.resolve("raw-" + round + ".db"));
            ratios.add(ours / raw);
            System.out.printf(
                    Locale.ROOT, "store %.0f rows/s, SQLite alone %.0f rows/s, ratio %.3f%n", ours, raw, ours / raw);
        }
        Collections.sort(ratios);
        System.out.printf(Locale.ROOT, "median ratio %.3f, all %s%n", ratios.get(ROUNDS / 2), ratios);
    }

    private static double store(List<Result> results, Path state, Path natives) throws InterruptedException {
        SinkSpec.Retention retention = new SinkSpec.Retention(Duration.ofHours(24), ByteSize.parse("1Gi"));
        Picture picture = Picture.rgb(1, 1, MemorySegment.ofArray(new byte[3]));
        try (SqliteDatabase database = new SqliteDatabase(state, natives);
                SqliteStore store = database.store("street", new SinkSpec.Store.Sqlite(retention, false))) {
            long started = System.nanoTime();
            for (Result result : results) {
                store.write(result, picture);
            }
            while (store.counters().waiting() > 0) {
                Thread.onSpinWait();
            }
            if (store.counters().stored() != results.size()) {
                throw new IllegalStateException(
                        "stored " + store.counters().stored() + " of " + results.size() + " rows");
            }
            return results.size() / ((System.nanoTime() - started) * 1e-9);
        }
    }

    private static double raw(List<Result> results, Path file) throws SQLException {
        List<String> json = results.stream().map(ResultJson::write).toList();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.executeUpdate("PRAGMA synchronous = NORMAL");
            statement.executeUpdate("CREATE TABLE inference_results (request_id TEXT NOT NULL, pipeline TEXT NOT NULL,"
                    + " stream TEXT, created_at INTEGER NOT NULL, result TEXT NOT NULL,"
                    + " PRIMARY KEY (pipeline, request_id))");
            statement.executeUpdate("CREATE INDEX by_time ON inference_results (pipeline, created_at)");
            connection.setAutoCommit(false);
            long started = System.nanoTime();
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO inference_results VALUES (?, ?, NULL, ?, ?)")) {
                for (int i = 0; i < results.size(); i++) {
                    insert.setString(1, results.get(i).id());
                    insert.setString(2, "street");
                    insert.setLong(3, results.get(i).timestamp().toEpochMilli() * 1_000);
                    insert.setString(4, json.get(i));
                    insert.executeUpdate();
                    if (i % BATCH == BATCH - 1) {
                        connection.commit();
                    }
                }
                connection.commit();
            }
            return results.size() / ((System.nanoTime() - started) * 1e-9);
        }
    }

    /** Five detections, which is what a frame of the street has. */
    private static Result result(int number) {
        List<Detection> detections = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            detections.add(new Detection("car", 2, 0.9f - 0.1f * i, new Box(412.5f + i, 220.1f, 96.0f, 54.2f)));
        }
        return new Result(
                "0190a1b2-0000-7000-8000-" + String.format(Locale.ROOT, "%012d", number),
                "street",
                Optional.empty(),
                Instant.now(),
                1280,
                720,
                new Findings(detections),
                new Result.Timings(Duration.ZERO, Duration.ofMillis(2), Duration.ofMillis(18), Duration.ofMillis(1)));
    }
}
