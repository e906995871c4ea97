package io.penstock.app.log;

import io.penstock.server.net.RequestObserver;
import io.penstock.serving.call.RequestScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A line for each request, or for each that the server failed. */
final class RequestLog implements RequestObserver {
    /** Statuses of gRPC that are the server's: UNKNOWN, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, and the deadline. */
    private static final Set<Integer> GRPC_FAILURES = Set.of(2, 4, 12, 13, 14, 15);

    private final LogLines lines;
    private final RequestObserver traces;
    private final boolean errorsOnly;

    /** @param traces asked for each request's trace, which its line names */
    RequestLog(LogLines lines, boolean errorsOnly, RequestObserver traces) {
        this.lines = lines;
        this.errorsOnly = errorsOnly;
        this.traces = traces;
    }

    @Override
    public Observation began(RequestHead head) {
        return new Line(head, traces.began(head));
    }

    private final class Line implements Observation {
        private final RequestHead head;
        private final Observation traced;
        private final long begunNanos = System.nanoTime();

        private Line(RequestHead head, Observation traced) {
            this.head = head;
            this.traced = traced;
        }

        @Override
        public Optional<io.penstock.serving.call.RequestTrace> trace() {
            return traced.trace();
        }

        @Override
        public void received() {
            traced.received();
        }

        @Override
        public void handled() {
            traced.handled();
        }

        @Override
        public void ended(Outcome outcome) {
            boolean isGrpc = head.protocol().equals("grpc");
            boolean failed = isGrpc ? GRPC_FAILURES.contains(outcome.status()) : outcome.status() >= 500;
            if (failed || !errorsOnly) {
                lines.add(entry(outcome, isGrpc, failed));
            }
            traced.ended(outcome);
        }

        private LogEntry entry(Outcome outcome, boolean isGrpc, boolean failed) {
            double seconds = Duration.ofNanos(System.nanoTime() - begunNanos).toNanos() * 1e-9;
            List<LogEntry.Attribute> attributes = new ArrayList<>();
            attributes.add(new LogEntry.Attribute("http.request.method", head.method()));
            attributes.add(new LogEntry.Attribute("url.path", head.path()));
            attributes.add(new LogEntry.Attribute(
                    isGrpc ? "rpc.grpc.status_code" : "http.response.status_code", outcome.status()));
            attributes.add(new LogEntry.Attribute("network.protocol.name", head.protocol()));
            attributes.add(new LogEntry.Attribute("http.request.body.size", outcome.bytesIn()));
            attributes.add(new LogEntry.Attribute("http.response.body.size", outcome.bytesOut()));
            attributes.add(new LogEntry.Attribute("http.server.request.duration", seconds));
            attributes.add(new LogEntry.Attribute("penstock.key", outcome.caller()));
            String body = String.format(
                    Locale.ROOT,
                    "%s %s %s %d %.1f ms",
                    head.protocol(),
                    head.method(),
                    head.path(),
                    outcome.status(),
                    seconds * 1e3);
            return new LogEntry(
                    Instant.now(),
                    failed ? "ERROR" : "INFO",
                    "io.penstock.request",
                    body,
                    Optional.of(new RequestScope(head.id(), traced.trace())),
                    attributes,
                    Optional.empty());
        }
    }
}
