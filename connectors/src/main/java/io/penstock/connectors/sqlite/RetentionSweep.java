package io.penstock.connectors.sqlite;

import io.penstock.spec.ByteSize;
import io.penstock.spec.SinkSpec.Retention;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds and deletes what is older than its pipeline keeps, or more than it keeps; a bounded number of rows at a time. A
 * pipeline that is no longer in any document keeps what it had for the usual time.
 *
 * <p>Threads: pipelines are announced from any thread, one sweeps.
 */
final class RetentionSweep {
    private static final int MOST_ROWS = 512;
    private static final Retention USUAL = new Retention(Duration.ofHours(24), new ByteSize(1L << 30));

    private static final String OLDEST = "SELECT rowid, created_at, " + Row.SIZE + " FROM inference_results"
            + " WHERE pipeline = ? ORDER BY created_at, rowid LIMIT " + MOST_ROWS;

    private final Map<String, Retention> retentions = new ConcurrentHashMap<>();

    void keep(String pipeline, Retention retention) {
        retentions.put(pipeline, retention);
    }

    /**
     * Deletes some rows.
     *
     * @param sizes bytes of each pipeline's results
     * @param grown takes by how much each has grown, which is negative
     * @return whether there may be more to delete
     */
    boolean sweep(Connection connection, Map<String, Long> sizes, Instant now, Map<String, Long> grown)
            throws SQLException {
        boolean more = false;
        for (Map.Entry<String, Long> pipeline : sizes.entrySet()) {
            if (pipeline.getValue() == 0) {
                continue;
            }
            Retention retention = retentions.getOrDefault(pipeline.getKey(), USUAL);
            long before = Row.micros(now.minus(retention.age()));
            long excess = pipeline.getValue() - retention.bytes().bytes();
            more |= sweep(connection, pipeline.getKey(), before, excess, grown);
        }
        return more;
    }

    private static boolean sweep(
            Connection connection, String pipeline, long beforeMicros, long excessBytes, Map<String, Long> grown)
            throws SQLException {
        int deleted = 0;
        long freed = 0;
        try (PreparedStatement oldest = connection.prepareStatement(OLDEST);
                PreparedStatement delete =
                        connection.prepareStatement("DELETE FROM inference_results WHERE rowid = ?")) {
            oldest.setString(1, pipeline);
            try (ResultSet rows = oldest.executeQuery()) {
                while (rows.next() && (rows.getLong(2) < beforeMicros || freed < excessBytes)) {
                    delete.setLong(1, rows.getLong(1));
                    delete.addBatch();
                    freed += rows.getLong(3);
                    deleted++;
                }
            }
            if (deleted > 0) {
                delete.executeBatch();
                grown.put(pipeline, -freed);
            }
        }
        return deleted == MOST_ROWS;
    }
}
