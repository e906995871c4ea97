package io.penstock.connectors.sqlite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.penstock.spec.ByteSize;
import io.penstock.spec.SinkSpec;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** A process that stores results as fast as it can, says after each hundred how many are stored, and waits to be killed. */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] arguments) throws InterruptedException {
        Path home = Path.of(arguments[0]);
        PrintStream out = new PrintStream(System.out, true, US_ASCII);
        SinkSpec.Retention retention = new SinkSpec.Retention(Duration.ofHours(24), ByteSize.parse("1Gi"));
        SqliteDatabase database = new SqliteDatabase(home.resolve("state"), home.resolve("natives"));
        SqliteStore store = database.store("street", new SinkSpec.Store.Sqlite(retention, false));
        for (int i = 0; i < 10_000_000; i++) {
            store.write(Results.request("r-" + i, Instant.now()), Results.PICTURE);
            if (i % 100 == 0) {
                out.println(store.counters().stored());
            }
        }
    }
}
