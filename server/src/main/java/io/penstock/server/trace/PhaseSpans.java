package io.penstock.server.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.penstock.serving.call.RequestTrace.Phase;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Writes spans whose begin and end were measured on the monotonic clock. */
final class PhaseSpans {
    private final Tracer tracer;
    private final long begunNanos = System.nanoTime();
    private final long begunEpochNanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());

    PhaseSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    Tracer tracer() {
        return tracer;
    }

    long begunNanos() {
        return begunNanos;
    }

    /** Nanoseconds since 1970 of a point on the monotonic clock. */
    long epochNanos(long nanos) {
        return begunEpochNanos + (nanos - begunNanos);
    }

    /** @param model empty where the phase is no model's */
    void write(Span parent, Phase phase, long fromNanos, long toNanos, String model) {
        if (!parent.isRecording()) {
            return;
        }
        var child = tracer.spanBuilder(phase.name().toLowerCase(Locale.ROOT))
                .setParent(Context.root().with(parent))
                .setStartTimestamp(epochNanos(fromNanos), TimeUnit.NANOSECONDS);
        if (!model.isEmpty()) {
            child.setAttribute("penstock.model", model);
        }
        child.startSpan().end(epochNanos(toNanos), TimeUnit.NANOSECONDS);
    }
}
