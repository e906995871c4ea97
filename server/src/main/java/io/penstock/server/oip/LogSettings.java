package io.penstock.server.oip;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Triton's log settings, as far as they make sense here: which levels of this program's own messages are shown. They
 * work on the JDK's log handlers and are in force for the whole process; until the first change nothing is touched.
 *
 * <p>Threads: any; a change is seen by the messages after it.
 */
final class LogSettings implements Filter {
    private static final String OURS = "io.penstock";

    /** The JDK holds loggers weakly; this keeps the level that was set on it. */
    private final Logger ours = Logger.getLogger(OURS);

    private volatile boolean showsInformation = true;
    private volatile boolean showsWarnings = true;
    private volatile boolean showsErrors = true;
    private volatile int verbose;

    /** By name: strings, booleans and one number. */
    SequencedMap<String, Object> settings() {
        SequencedMap<String, Object> all = new LinkedHashMap<>();
        all.put("log_file", "");
        all.put("log_info", showsInformation);
        all.put("log_warning", showsWarnings);
        all.put("log_error", showsErrors);
        all.put("log_verbose_level", verbose);
        all.put("log_format", "default");
        return all;
    }

    /**
     * Changes some settings, or none if one of them is refused.
     *
     * @throws ServingException if a setting is not known, has another type, or may not be changed from outside
     */
    synchronized void update(Map<String, ?> changes) {
        changes.forEach(LogSettings::check);
        showsInformation = (Boolean) changed(changes, "log_info", showsInformation);
        showsWarnings = (Boolean) changed(changes, "log_warning", showsWarnings);
        showsErrors = (Boolean) changed(changes, "log_error", showsErrors);
        verbose = ((Number) changed(changes, "log_verbose_level", verbose)).intValue();
        ours.setLevel(verbose > 0 ? Level.ALL : null);
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setFilter(this);
            handler.setLevel(verbose > 0 ? Level.ALL : Level.INFO);
        }
    }

    private static Object changed(Map<String, ?> changes, String name, Object before) {
        Object given = changes.get(name);
        return given == null ? before : given;
    }

    private static void check(String name, Object value) {
        switch (name) {
            case "log_info", "log_warning", "log_error" -> {
                if (!(value instanceof Boolean)) {
                    throw invalid(name + " must be true or false: " + value);
                }
            }
            case "log_verbose_level" -> {
                if (!(value instanceof Number level)
                        || level.doubleValue() != level.intValue()
                        || level.intValue() < 0) {
                    throw invalid(name + " must be a whole number, 0 or more: " + value);
                }
            }
            case "log_format" -> {
                if (!"default".equals(value)) {
                    throw invalid("log_format must be default: " + value);
                }
            }
            case "log_file" ->
                throw new ServingException(
                        ErrorCode.UNIMPLEMENTED,
                        "log_file cannot be changed over the network; the log goes where the process was told");
            default -> throw invalid("there is no log setting '" + name + "'");
        }
    }

    private static ServingException invalid(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }

    @Override
    public boolean isLoggable(LogRecord message) {
        String name = message.getLoggerName();
        int level = message.getLevel().intValue();
        if (name == null || !name.startsWith(OURS)) {
            return level >= Level.INFO.intValue();
        }
        if (level >= Level.SEVERE.intValue()) {
            return showsErrors;
        }
        if (level >= Level.WARNING.intValue()) {
            return showsWarnings;
        }
        return level >= Level.INFO.intValue() ? showsInformation : verbose > 0;
    }
}
