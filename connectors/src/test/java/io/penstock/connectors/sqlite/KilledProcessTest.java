package io.penstock.connectors.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.spec.ByteSize;
import io.penstock.spec.SinkSpec;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was committed is there after the process was killed, and its folder is free again. */
@Timeout(60)
class KilledProcessTest {
    private static final SinkSpec.Store.Sqlite SPEC =
            new SinkSpec.Store.Sqlite(new SinkSpec.Retention(Duration.ofHours(24), ByteSize.parse("1Gi")), false);

    @Test
    void everyCommittedRowIsFoundAgain(@TempDir Path home) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        home.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long committed = 0;
        try (BufferedReader lines = process.inputReader()) {
            while (committed < 2_000) {
                committed = Long.parseLong(lines.readLine());
            }
            try (SqliteDatabase second = database(home)) {
                assertThatThrownBy(() -> second.store("street", SPEC))
                        .hasMessageContaining("in use by process " + process.pid());
            }
        } finally {
            process.destroyForcibly().waitFor();
        }

        try (SqliteDatabase database = database(home)) {
            database.store("street", SPEC);
            assertThat(number(database, "PRAGMA integrity_check")).isEqualTo("ok");
            // Requests' rows are written in the order they came, so the first ones are those that were committed.
            long found = Long.parseLong(number(
                    database,
                    "SELECT count(*) FROM inference_results WHERE CAST(substr(request_id, 3) AS INTEGER) < "
                            + committed));
            assertThat(found).isEqualTo(committed);
        }
    }

    private static SqliteDatabase database(Path home) {
        return new SqliteDatabase(home.resolve("state"), home.resolve("natives"));
    }

    private static String number(SqliteDatabase database, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database.file());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }
}
