package io.penstock.app.log;

import io.penstock.server.net.RequestObserver;
import io.penstock.serving.call.RequestScope;
import io.penstock.spec.ServerSpec;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Takes what every part of the program says through {@link System.Logger}, and writes it as the Server document asks for:
 * with the request during which it was said. From {@link #takeOver} until it is closed it stands in the place of Java's
 * own console handler.
 *
 * <p>Threads: any may log; opened and closed by one.
 */
public final class ProgramLog implements AutoCloseable {
    private final LogLines lines;
    private final ServerSpec.Log spec;
    private Optional<Replaced> replaced = Optional.empty();

    /** What stood where {@code handler} stands. */
    private record Replaced(Logger root, Handler handler, List<Handler> before, Optional<Level> level) {}

    /** @param isTerminal whether people read {@code out}; asked before the first line, if it matters */
    public ProgramLog(ServerSpec.Log spec, PrintStream out, BooleanSupplier isTerminal) {
        this.spec = spec;
        this.lines = new LogLines(out, () -> switch (spec.format()) {
            case AUTO -> isTerminal.getAsBoolean() ? LogFormat.TEXT : LogFormat.JSON;
            case TEXT -> LogFormat.TEXT;
            case JSON -> LogFormat.JSON;
        });
    }

    /** From now on the whole program logs here; for the one who owns the program, and once. */
    public void takeOver() {
        Logger root = Logger.getLogger("");
        Handler handler = new Lines(lines);
        List<Handler> before = List.of(root.getHandlers());
        replaced = Optional.of(new Replaced(root, handler, before, Optional.ofNullable(root.getLevel())));
        before.forEach(root::removeHandler);
        root.addHandler(handler);
        root.setLevel(level(spec.level()));
    }

    /**
     * What logs requests, if any are logged.
     *
     * @param traces told of each request as well
     */
    public RequestObserver requests(RequestObserver traces) {
        return spec.requests() == ServerSpec.Log.Requests.NONE
                ? traces
                : new RequestLog(lines, spec.requests() == ServerSpec.Log.Requests.ERRORS, traces);
    }

    private static Level level(ServerSpec.Log.Level level) {
        return switch (level) {
            case ERROR -> Level.SEVERE;
            case WARNING -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
        };
    }

    /** Writes what was logged, and puts things back as they were. */
    @Override
    public void close() {
        if (replaced.isPresent()) {
            Replaced was = replaced.get();
            was.root().removeHandler(was.handler());
            was.before().forEach(was.root()::addHandler);
            was.root().setLevel(was.level().orElse(Level.INFO));
        }
        lines.close();
    }

    private static final class Lines extends Handler {
        private final LogLines lines;
        private final SimpleFormatter messages = new SimpleFormatter();

        private Lines(LogLines lines) {
            this.lines = lines;
        }

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                lines.add(new LogEntry(
                        record.getInstant(),
                        severity(record.getLevel().intValue()),
                        String.valueOf(record.getLoggerName()),
                        messages.formatMessage(record),
                        RequestScope.current(),
                        List.of(),
                        Optional.ofNullable(record.getThrown())));
            }
        }

        private static String severity(int level) {
            if (level >= Level.SEVERE.intValue()) {
                return "ERROR";
            }
            if (level >= Level.WARNING.intValue()) {
                return "WARN";
            }
            return level >= Level.INFO.intValue() ? "INFO" : "DEBUG";
        }

        @Override
        public void flush() {
            // The lines' own thread does.
        }

        @Override
        public void close() {
            // The log closes the lines.
        }
    }
}
