package io.penstock.app.log;

import io.penstock.serving.call.RequestScope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One thing that happened.
 *
 * @param severity as OpenTelemetry's data model of logs names it: {@code DEBUG}, {@code INFO}, {@code WARN}, {@code ERROR}
 * @param scope who says it, as a dotted name
 * @param request during which it happened
 * @param attributes more about it, in the order they are shown
 */
record LogEntry(
        Instant time,
        String severity,
        String scope,
        String body,
        Optional<RequestScope> request,
        List<Attribute> attributes,
        Optional<Throwable> failure) {
    LogEntry {
        attributes = List.copyOf(attributes);
    }

    /** A name and what stands under it, a {@link Number} or a text. */
    record Attribute(String name, Object value) {}
}
