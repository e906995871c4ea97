package io.penstock.server.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.penstock.server.net.RequestObserver.Observation;
import io.penstock.server.net.RequestObserver.Outcome;
import io.penstock.serving.call.RequestTrace;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The span of one request, and its phases as spans below it. It starts with the request, or, where the context that it
 * goes on from may stand in the request's body, as soon as something is told of it; its begin is the request's either way.
 *
 * <p>Threads: the event loop, but for phases, parts and contexts, which handlers' threads tell; the lock guards the start,
 * and when the first phase began and the last ended.
 */
final class TracedRequest implements Observation, RequestTrace {
    private static final String NONE = "";

    private final PhaseSpans phases;
    private final SpanBuilder builder;
    private final boolean isGrpc;
    private final Object lock = new Object();
    private Context caller;
    private @Nullable Span started;
    private long receivedNanos;
    private long firstNanos;
    private long lastNanos;
    private long handledNanos;

    /** @param caller the context that the request's headers name */
    TracedRequest(PhaseSpans phases, SpanBuilder builder, Context caller, boolean isGrpc) {
        this.phases = phases;
        this.builder = builder;
        this.caller = caller;
        this.isGrpc = isGrpc;
    }

    /** The span, begun if it was not yet. */
    Span start() {
        synchronized (lock) {
            Span span = started;
            if (span == null) {
                span = builder.setParent(caller)
                        .setStartTimestamp(phases.epochNanos(phases.begunNanos()), TimeUnit.NANOSECONDS)
                        .startSpan();
                started = span;
            }
            return span;
        }
    }

    @Override
    public Optional<RequestTrace> trace() {
        return Optional.of(this);
    }

    @Override
    public Map<String, String> headers() {
        return TraceContext.write(Context.root().with(start()));
    }

    @Override
    public String traceId() {
        return start().getSpanContext().getTraceId();
    }

    @Override
    public void carries(Map<String, String> context) {
        Context read = TraceContext.read(context::get);
        SpanContext carried = Span.fromContext(read).getSpanContext();
        if (!carried.isValid()) {
            return;
        }
        synchronized (lock) {
            if (started == null) {
                caller = read;
            } else if (!carried.equals(Span.fromContext(caller).getSpanContext())) {
                started.addLink(carried);
            }
        }
    }

    @Override
    public Part part(String name, long index) {
        return new TracedPart(phases, start(), name, index);
    }

    @Override
    public void phase(Phase phase, long fromNanos, long toNanos, String model) {
        synchronized (lock) {
            firstNanos = firstNanos == 0 ? fromNanos : Math.min(firstNanos, fromNanos);
            lastNanos = Math.max(lastNanos, toNanos);
        }
        phases.write(start(), phase, fromNanos, toNanos, model);
    }

    @Override
    public void received() {
        receivedNanos = System.nanoTime();
    }

    @Override
    public void handled() {
        handledNanos = System.nanoTime();
        synchronized (lock) {
            if (firstNanos != 0) {
                Span span = start();
                phases.write(span, Phase.PREPROCESS, Math.min(receivedNanos, firstNanos), firstNanos, NONE);
                phases.write(span, Phase.POSTPROCESS, lastNanos, handledNanos, NONE);
            }
        }
    }

    @Override
    public void ended(Outcome outcome) {
        long now = System.nanoTime();
        Span span = start();
        if (receivedNanos != 0) {
            phases.write(span, Phase.RECEIVE, phases.begunNanos(), receivedNanos, NONE);
        }
        if (handledNanos != 0) {
            phases.write(span, Phase.RESPOND, handledNanos, now, NONE);
        }
        span.setAttribute(isGrpc ? "rpc.grpc.status_code" : "http.response.status_code", outcome.status());
        span.setAttribute("http.request.body.size", outcome.bytesIn());
        span.setAttribute("http.response.body.size", outcome.bytesOut());
        boolean failed = isGrpc ? outcome.status() != 0 : outcome.status() >= 500;
        if (failed) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }
}
