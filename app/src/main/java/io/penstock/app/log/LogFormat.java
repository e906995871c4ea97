package io.penstock.app.log;

import io.penstock.pipeline.ResultJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How an entry is written. */
enum LogFormat {
    /** For people: one line, and the stack of a failure below it. */
    TEXT {
        @Override
        String written(LogEntry entry) {
            StringBuilder out = new StringBuilder(160);
            out.append(CLOCK.format(entry.time())).append(' ');
            out.append(String.format(Locale.ROOT, "%-5s ", entry.severity()));
            // A client chose parts of this: it must not be able to begin a line, or to move the cursor.
            plain(out, entry.body());
            entry.request()
                    .ifPresent(request -> plain(out.append(" ["), request.id()).append(']'));
            out.append('\n');
            entry.failure().ifPresent(failure -> out.append(stack(failure)));
            return out.toString();
        }
    },

    /** One JSON object a line, with the names of OpenTelemetry's data model of logs. */
    JSON {
        @Override
        String written(LogEntry entry) {
            StringBuilder out = new StringBuilder(256);
            ResultJson.string(out.append("{\"timestamp\":"), entry.time().toString());
            ResultJson.string(out.append(",\"severity_text\":"), entry.severity());
            ResultJson.string(out.append(",\"body\":"), entry.body());
            entry.request()
                    .flatMap(request -> request.trace())
                    .ifPresent(trace -> ResultJson.string(out.append(",\"trace_id\":"), trace.traceId()));
            ResultJson.string(out.append(",\"scope\":"), entry.scope());
            out.append(",\"attributes\":{");
            String separator = "";
            if (entry.request().isPresent()) {
                ResultJson.string(
                        out.append("\"penstock.request.id\":"),
                        entry.request().get().id());
                separator = ",";
            }
            for (LogEntry.Attribute attribute : entry.attributes()) {
                ResultJson.string(out.append(separator), attribute.name());
                out.append(':');
                if (attribute.value() instanceof Number number) {
                    out.append(number);
                } else {
                    ResultJson.string(out, attribute.value().toString());
                }
                separator = ",";
            }
            if (entry.failure().isPresent()) {
                Throwable failure = entry.failure().get();
                ResultJson.string(
                        out.append(separator).append("\"exception.type\":"),
                        failure.getClass().getName());
                ResultJson.string(out.append(",\"exception.stacktrace\":"), stack(failure));
            }
            return out.append("}}\n").toString();
        }
    };

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    /** With the end of the line. */
    abstract String written(LogEntry entry);

    private static StringBuilder plain(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(Character.isISOControl(c) ? ' ' : c);
        }
        return out;
    }

    private static String stack(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
