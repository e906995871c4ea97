package io.penstock.connectors.sqlite;

import static io.penstock.connectors.sqlite.Results.PICTURE;
import static io.penstock.connectors.sqlite.Results.detection;
import static io.penstock.connectors.sqlite.Results.frame;
import static io.penstock.connectors.sqlite.Results.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.ResultQuery;
import io.penstock.pipeline.SinkException;
import io.penstock.pipeline.SinkWriter;
import io.penstock.pipeline.StoredResult;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.ByteSize;
import io.penstock.spec.SinkSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SqliteStoreTest {
    private static final SinkSpec.Retention USUAL = new SinkSpec.Retention(Duration.ofHours(24), ByteSize.parse("1Gi"));
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @TempDir
    private Path home;

    @Test
    void givesBackWhatWasStoredNewestFirst() throws Exception {
        try (SqliteDatabase database = database();
                SqliteStore store = database.store("street", sqlite(false))) {
            for (int i = 0; i < 5; i++) {
                store.write(request("r-" + i, now.minusSeconds(i), detection("car", 0.9f)), PICTURE);
            }

            List<StoredResult> newest = newest(store, 3);

            assertThat(newest).extracting(StoredResult::requestId).containsExactly("r-0", "r-1", "r-2");
            assertThat(newest.getFirst())
                    .isEqualTo(new StoredResult(
                            "r-0",
                            "street",
                            Optional.empty(),
                            now,
                            ResultJson.write(request("r-0", now, detection("car", 0.9f)))));
        }
    }

    @Test
    void anIdThatIsStoredAlreadyIsReplaced() throws Exception {
        try (SqliteDatabase database = database();
                SqliteStore store = database.store("street", sqlite(false))) {
            store.write(request("r", now, detection("car", 0.9f)), PICTURE);
            store.write(request("r", now, detection("car", 0.9f)), PICTURE);
            store.write(request("r", now.plusSeconds(1), detection("bus", 0.8f)), PICTURE);

            assertThat(newest(store, 10)).singleElement().satisfies(row -> {
                assertThat(row.createdAt()).isEqualTo(now.plusSeconds(1));
                assertThat(row.json()).contains("\"bus\"").doesNotContain("\"car\"");
            });
        }
    }

    @Test
    void pipelinesDoNotSeeOrReplaceEachOthersResults() throws Exception {
        try (SqliteDatabase database = database();
                SqliteStore street = database.store("street", sqlite(false));
                SqliteStore yard = database.store("yard", sqlite(false))) {
            street.write(request("r", now, detection("car", 0.9f)), PICTURE);
            yard.write(request("r", now, detection("bus", 0.8f)), PICTURE);

            assertThat(newest(street, 10))
                    .singleElement()
                    .satisfies(row -> assertThat(row.json()).contains("\"car\""));
            assertThat(newest(yard, 10))
                    .singleElement()
                    .satisfies(row -> assertThat(row.json()).contains("\"bus\""));
        }
    }

    @Test
    void aLiveStreamLeavesOneRowASecondWithItsBestBoxes() throws Exception {
        SqliteDatabase database = database();
        SqliteStore store = database.store("street", sqlite(false));
        store.write(frame("gate", 0, now, detection("car", 0.5f), detection("car", 0.7f)), PICTURE);
        store.write(frame("gate", 1, now.plusMillis(40), detection("car", 0.9f), detection("bus", 0.6f)), PICTURE);
        store.write(frame("gate", 2, now.plusSeconds(1)), PICTURE);
        store.close();
        database.close();

        try (SqliteDatabase again = database();
                SqliteStore reopened = again.store("street", sqlite(false))) {
            List<StoredResult> rows = newest(reopened, 10);
            long second = now.getEpochSecond();
            assertThat(rows)
                    .extracting(StoredResult::requestId)
                    .containsExactly("street/gate/5/second/" + (second + 1), "street/gate/5/second/" + second);
            assertThat(rows.getLast().stream()).contains("gate");
            assertThat(rows.getLast().json())
                    .contains("\"frames\":2,\"lastFrame\":1,\"width\":1280,\"height\":720")
                    .contains("{\"label\":\"bus\",\"detections\":1,\"mostInOneFrame\":1,\"bestFrame\":1,\"best\":")
                    .contains("{\"label\":\"car\",\"detections\":3,\"mostInOneFrame\":2,\"bestFrame\":1,\"best\":"
                            + "{\"label\":\"car\",\"classId\":2,\"score\":0.9,");
            assertThat(rows.getFirst().json()).endsWith("\"labels\":[]}");
        }
    }

    @Test
    void everyFrameIsStoredWhereThatIsAskedFor() throws Exception {
        try (SqliteDatabase database = database();
                SqliteStore store = database.store("street", sqlite(true))) {
            store.write(frame("gate", 0, now), PICTURE);
            store.write(frame("gate", 1, now.plusMillis(40)), PICTURE);
            store.write(frame("yard", 0, now.plusMillis(50)), PICTURE);
            store.write(request("r", now.plusMillis(60)), PICTURE);

            assertThat(newest(store, 10)).hasSize(4);
            assertThat(store.newest(
                            new ResultQuery(Optional.empty(), Optional.of("gate"), Optional.empty(), 10), soon()))
                    .extracting(StoredResult::requestId)
                    .containsExactly("street/gate/5/1", "street/gate/5/0");
        }
    }

    @Test
    void pagesGoOnWhereTheLastEndedThoughTimesAreEqual() throws Exception {
        try (SqliteDatabase database = database();
                SqliteStore store = database.store("street", sqlite(false))) {
            for (int i = 0; i < 7; i++) {
                store.write(request("r-" + i, now), PICTURE);
            }
            store.write(request("old", now.minusSeconds(60)), PICTURE);
            List<String> seen = new ArrayList<>();
            Optional<String> before = Optional.empty();
            for (int page = 0; page < 3; page++) {
                List<StoredResult> rows = store.newest(
                        new ResultQuery(Optional.of(now.minusSeconds(30)), Optional.empty(), before, 3), soon());
                rows.forEach(row -> seen.add(row.requestId()));
                before = Optional.of(rows.getLast().requestId());
            }

            assertThat(seen).containsExactly("r-6", "r-5", "r-4", "r-3", "r-2", "r-1", "r-0");
            assertThatThrownBy(() -> store.newest(
                            new ResultQuery(Optional.empty(), Optional.empty(), Optional.of("nobody"), 3), soon()))
                    .isInstanceOf(ServingException.class)
                    .hasMessageContaining("nobody");
        }
    }

    @Test
    void whatIsTooOldIsRemoved() throws Exception {
        SinkSpec.Retention hour = new SinkSpec.Retention(Duration.ofHours(1), ByteSize.parse("1Gi"));
        SqliteDatabase database = database();
        SqliteStore store = database.store("street", new SinkSpec.Store.Sqlite(hour, false));
        for (int i = 0; i < 2_000; i++) {
            store.write(request("old-" + i, now.minus(Duration.ofHours(2))), PICTURE);
        }
        store.write(request("new", now), PICTURE);
        store.close();
        database.close();

        // Each batch removes as many rows as a batch can bring, and closing comes after the last.
        try (SqliteDatabase again = database();
                SqliteStore reopened = again.store("street", new SinkSpec.Store.Sqlite(hour, false))) {
            for (int i = 0; i < 10; i++) {
                reopened.write(request("new-" + i, now), PICTURE);
                assertThat(newest(reopened, 1)).hasSize(1);
            }
            assertThat(newest(reopened, 1_000)).hasSizeLessThanOrEqualTo(11);
        }
    }

    @Test
    void whatIsTooMuchIsRemovedAndTheFileStaysNearItsBound() throws Exception {
        SinkSpec.Retention small = new SinkSpec.Retention(Duration.ofHours(24), ByteSize.parse("1Mi"));
        SqliteDatabase database = database();
        SqliteStore store = database.store("street", new SinkSpec.Store.Sqlite(small, false));
        for (int i = 0; i < 20_000; i++) {
            store.write(request("r-" + i, now.plusMillis(i), detection("car", 0.9f)), PICTURE);
        }
        store.close();
        List<StoredResult> newest = newest(store, 1);
        database.close(); // since what is kept no longer is removed behind a closed store, too
        long kept = number(database, "SELECT count(*) FROM inference_results");
        long counted = number(database, "SELECT bytes FROM pipeline_sizes");
        long summed = number(database, "SELECT sum(" + Row.SIZE + ") FROM inference_results");

        assertThat(counted).isEqualTo(summed).isLessThan(2L << 20);
        assertThat(kept).isPositive().isLessThan(10_000);
        assertThat(newest.getFirst().requestId()).isEqualTo("r-19999");
        assertThat(Files.size(database.file())).isLessThan(5L << 20);
    }

    @Test
    void aFullDiskIsSaidAndTriedAgainAndNothingThatWaitsIsLost() throws Exception {
        AtomicLong pages = new AtomicLong(40);
        SqliteDatabase database = new SqliteDatabase(
                home.resolve("state"),
                home.resolve("natives"),
                new SinkWriter.Limits(32L << 20, 64, Duration.ofSeconds(1)),
                pages::get);
        SqliteStore store = database.store("street", sqlite(false));
        int rows = 0;
        while (!store.counters().isFailing()) {
            store.write(request("r-" + rows++, now.plusMillis(rows), detection("car", 0.9f)), PICTURE);
        }
        long stored = store.counters().stored();
        assertThat(stored).isLessThan(rows);

        pages.set(1_000_000);
        while (store.counters().waiting() > 0) {
            Thread.onSpinWait();
        }
        assertThat(store.counters().isFailing()).isFalse();
        assertThat(store.counters().stored()).isEqualTo(rows);
        assertThat(number(database, "SELECT count(*) FROM inference_results")).isEqualTo(rows);
        store.close();
        database.close();
    }

    @Test
    void aFolderThatCannotBeWrittenFailsNoStartAndIsTriedAgain() throws Exception {
        Path state = home.resolve("state");
        Files.writeString(state, "a file is no folder, not even for root");
        try (SqliteDatabase database = database();
                SqliteStore store = database.store("street", sqlite(false))) {
            store.write(request("r", now), PICTURE);
            while (!store.counters().isFailing()) {
                Thread.onSpinWait();
            }
            Files.delete(state);
            while (store.counters().waiting() > 0) {
                Thread.onSpinWait();
            }
            assertThat(newest(store, 1)).hasSize(1);
        }
    }

    @Test
    void aDamagedDatabaseIsRefusedWithWhatToDo() throws Exception {
        Files.createDirectories(home.resolve("state"));
        Files.writeString(home.resolve("state/penstock.db"), "this is no database ".repeat(1_000));
        try (SqliteDatabase database = database()) {
            assertThatThrownBy(() -> database.store("street", sqlite(false)))
                    .isInstanceOf(SinkException.class)
                    .hasMessageContaining("is damaged; move it away (mv " + database.file())
                    .extracting(failure -> ((SinkException) failure).reason())
                    .isEqualTo(SinkException.Reason.REFUSED);
        }
    }

    @Test
    void aDatabaseOfANewerProgramIsRefused() throws Exception {
        try (SqliteDatabase database = database()) {
            database.store("street", sqlite(false)).close();
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("state/penstock.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA user_version = 99");
        }
        try (SqliteDatabase database = database()) {
            assertThatThrownBy(() -> database.store("street", sqlite(false)))
                    .hasMessageContaining("newer Penstock: its version is 99");
        }
    }

    @Test
    void aSecondUserOfTheStateFolderIsRefusedByThePidOfTheFirst() {
        try (SqliteDatabase first = database();
                SqliteDatabase second = database()) {
            first.store("street", sqlite(false));

            assertThatThrownBy(() -> second.store("street", sqlite(false)))
                    .hasMessageContaining(
                            "is in use by process " + ProcessHandle.current().pid())
                    .hasMessageContaining("PENSTOCK_STATE");
        }
    }

    private SqliteDatabase database() {
        return new SqliteDatabase(home.resolve("state"), home.resolve("natives"));
    }

    private static SinkSpec.Store.Sqlite sqlite(boolean everyFrame) {
        return new SinkSpec.Store.Sqlite(USUAL, everyFrame);
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    private static List<StoredResult> newest(SqliteStore store, int limit) throws InterruptedException {
        return store.newest(new ResultQuery(Optional.empty(), Optional.empty(), Optional.empty(), limit), soon());
    }

    private static long number(SqliteDatabase database, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database.file());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : -1;
        }
    }
}
