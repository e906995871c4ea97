package io.penstock.connectors.sqlite;

import io.penstock.pipeline.SinkException;
import io.penstock.pipeline.SinkException.Reason;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's errors mean to who runs the program. */
final class Failures {
    private Failures() {}

    static SinkException of(Path file, SQLException failure) {
        // The low byte of an extended code is the primary one.
        int code =
                failure instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xFF : failure.getErrorCode();
        if (code == SQLiteErrorCode.SQLITE_FULL.code) {
            return unavailable("the disk of " + file + " is full; free some space, or lower retention.bytes", failure);
        }
        if (code == SQLiteErrorCode.SQLITE_READONLY.code || code == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
            return unavailable(
                    "the database " + file + " cannot be written; make it and its folder writable, or name another"
                            + " folder with PENSTOCK_STATE",
                    failure);
        }
        if (code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return new SinkException(
                    Reason.REFUSED,
                    "the database " + file + " is damaged; move it away (mv " + file + " " + file
                            + ".damaged) and start again, which makes a new one; sqlite3 " + file
                            + ".damaged .recover shows what can be saved",
                    failure);
        }
        if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
            return unavailable("the database " + file + " is locked by another program; let it finish", failure);
        }
        return unavailable("the database " + file + ": " + failure.getMessage(), failure);
    }

    private static SinkException unavailable(String sentence, SQLException failure) {
        return new SinkException(Reason.UNAVAILABLE, sentence, failure);
    }
}
