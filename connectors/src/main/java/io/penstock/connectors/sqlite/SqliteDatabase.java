package io.penstock.connectors.sqlite;

import io.penstock.pipeline.SinkException;
import io.penstock.pipeline.SinkWriter;
import io.penstock.spec.SinkSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The embedded database of one process, {@code STATE/penstock.db}, which all its pipelines share. Nothing of it is
 * loaded before the first pipeline asks for a store; from then on no other process may use the state folder.
 *
 * <p>Rows that wait are bounded to 32 MiB, see {@link SinkWriter}. A committed row survives the end of the process,
 * however it ends; a power cut may take the last moments, since the log is not forced to the disk at each commit.
 *
 * <p>Threads: opened from any; one writes, one reads.
 */
public final class SqliteDatabase implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SqliteDatabase.class.getName());
    /** SQLite's own bound. */
    private static final long MOST_PAGES = 0xFFFF_FFFEL;

    private static final SinkWriter.Limits LIMITS = new SinkWriter.Limits(32L << 20, 512, Duration.ofSeconds(1));

    private final Path state;
    private final Path natives;
    private final SinkWriter.Limits limits;
    private final LongSupplier mostPages;
    private final RetentionSweep sweep = new RetentionSweep();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Running running;

    private record Running(SinkWriter<Row> writer, RowReader reader) {}

    /**
     * Touches nothing yet.
     *
     * @param state the folder of the database
     * @param natives where SQLite's library is unpacked
     */
    public SqliteDatabase(Path state, Path natives) {
        this(state, natives, LIMITS, () -> MOST_PAGES);
    }

    SqliteDatabase(Path state, Path natives, SinkWriter.Limits limits, LongSupplier mostPages) {
        this.state = state;
        this.natives = natives;
        this.limits = limits;
        this.mostPages = mostPages;
    }

    public Path file() {
        return state.resolve("penstock.db");
    }

    /**
     * The store of one pipeline. A folder that cannot be written now is tried again later.
     *
     * @throws SinkException with reason {@code REFUSED} if the database is damaged, of a newer program, or another
     *     process's
     */
    public SqliteStore store(String pipeline, SinkSpec.Store.Sqlite spec) {
        sweep.keep(pipeline, spec.retention());
        lock.lock();
        try {
            if (running == null) {
                running = start();
            }
            return new SqliteStore(pipeline, spec.everyFrame(), running.writer(), running.reader());
        } finally {
            lock.unlock();
        }
    }

    private Running start() {
        SqliteNatives.useCache(natives);
        RowWriter rows = new RowWriter(state, file(), sweep, mostPages);
        boolean refused = true;
        try {
            rows.open();
            refused = false;
        } catch (SinkException e) {
            refused = e.reason() == SinkException.Reason.REFUSED;
            if (refused) {
                throw e;
            }
            LOG.log(System.Logger.Level.WARNING, "the store cannot write yet and is tried again: " + e.sentence());
        } finally {
            if (refused) {
                rows.close();
            }
        }
        return new Running(new SinkWriter<>("store", rows, limits), new RowReader(file()));
    }

    /** Writes what waits, and closes the file. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (running != null) {
                running.writer().close();
                running.reader().close();
                running = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
