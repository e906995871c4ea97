package io.penstock.server.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.penstock.serving.call.RequestTrace;
import java.util.Map;

/** The span of one part of a request, such as one message of a stream. */
final class TracedPart implements RequestTrace.Part {
    private final PhaseSpans phases;
    private final Span span;

    /** @param parent the span that this one is below */
    TracedPart(PhaseSpans phases, Span parent, String name, long index) {
        this.phases = phases;
        this.span = phases.tracer()
                .spanBuilder(name)
                .setParent(Context.root().with(parent))
                .setAttribute("penstock." + name + ".index", index)
                .startSpan();
    }

    @Override
    public Map<String, String> headers() {
        return TraceContext.write(Context.root().with(span));
    }

    @Override
    public String traceId() {
        return span.getSpanContext().getTraceId();
    }

    @Override
    public void phase(Phase phase, long fromNanos, long toNanos, String model) {
        phases.write(span, phase, fromNanos, toNanos, model);
    }

    @Override
    public void carries(Map<String, String> context) {
        var carried = Span.fromContext(TraceContext.read(context::get)).getSpanContext();
        if (carried.isValid()) {
            span.addLink(carried);
        }
    }

    @Override
    public Part part(String name, long index) {
        return new TracedPart(phases, span, name, index);
    }

    @Override
    public void failed() {
        span.setStatus(StatusCode.ERROR);
    }

    @Override
    public void close() {
        span.end();
    }
}
