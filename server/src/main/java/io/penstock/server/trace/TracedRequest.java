package io.penstock.server.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.penstock.server.net.RequestObserver.Observation;
import io.penstock.server.net.RequestObserver.Outcome;
import io.penstock.serving.call.RequestTrace;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The span of one request, and its phases as spans below it.
 *
 * <p>Threads: the event loop, but for phases, which the handler's thread tells; the lock guards when the first began and
 * the last ended.
 */
final class TracedRequest implements Observation, RequestTrace {
    private static final String NONE = "";

    private final Tracer tracer;
    private final Span span;
    private final boolean isGrpc;
    private final long begunNanos = System.nanoTime();
    private final long begunEpochNanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    private final Object lock = new Object();
    private long receivedNanos;
    private long firstNanos;
    private long lastNanos;
    private long handledNanos;

    TracedRequest(Tracer tracer, Span span, boolean isGrpc) {
        this.tracer = tracer;
        this.span = span;
        this.isGrpc = isGrpc;
    }

    @Override
    public Optional<RequestTrace> trace() {
        return Optional.of(this);
    }

    @Override
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        W3CTraceContextPropagator.getInstance().inject(Context.root().with(span), headers, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.put(name, value);
            }
        });
        return headers;
    }

    @Override
    public String traceId() {
        return span.getSpanContext().getTraceId();
    }

    @Override
    public void phase(Phase phase, long fromNanos, long toNanos, String model) {
        synchronized (lock) {
            firstNanos = firstNanos == 0 ? fromNanos : Math.min(firstNanos, fromNanos);
            lastNanos = Math.max(lastNanos, toNanos);
        }
        write(phase, fromNanos, toNanos, model);
    }

    private void write(Phase phase, long fromNanos, long toNanos, String model) {
        if (!span.isRecording()) {
            return;
        }
        var child = tracer.spanBuilder(phase.name().toLowerCase(Locale.ROOT))
                .setParent(Context.root().with(span))
                .setStartTimestamp(epochNanos(fromNanos), TimeUnit.NANOSECONDS);
        if (!model.isEmpty()) {
            child.setAttribute("penstock.model", model);
        }
        child.startSpan().end(epochNanos(toNanos), TimeUnit.NANOSECONDS);
    }

    private long epochNanos(long nanos) {
        return begunEpochNanos + (nanos - begunNanos);
    }

    @Override
    public void received() {
        receivedNanos = System.nanoTime();
        write(Phase.RECEIVE, begunNanos, receivedNanos, NONE);
    }

    @Override
    public void handled() {
        handledNanos = System.nanoTime();
        synchronized (lock) {
            if (firstNanos != 0) {
                write(Phase.PREPROCESS, Math.min(receivedNanos, firstNanos), firstNanos, NONE);
                write(Phase.POSTPROCESS, lastNanos, handledNanos, NONE);
            }
        }
    }

    @Override
    public void ended(Outcome outcome) {
        long now = System.nanoTime();
        if (handledNanos != 0) {
            write(Phase.RESPOND, handledNanos, now, NONE);
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
