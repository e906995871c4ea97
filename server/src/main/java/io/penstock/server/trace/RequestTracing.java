package io.penstock.server.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.penstock.server.net.RequestHeaders;
import io.penstock.server.net.RequestObserver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Makes a span of each request and of each of its phases, and sends them to a collector in batches. A caller's
 * {@code traceparent} is gone on from (W3C Trace Context), and its sampled flag obeyed. At most {@value #MOST_WAITING}
 * spans wait for the collector; what comes beyond is dropped, so that a collector that is away costs no request anything.
 *
 * <p>Threads: event loops begin and end spans; the exporter has a thread of its own.
 */
public final class RequestTracing implements RequestObserver, AutoCloseable {
    private static final int MOST_WAITING = 8_192;
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final Duration EXPORT = Duration.ofSeconds(5);
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("penstock.request.id");
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> PROTOCOL = AttributeKey.stringKey("network.protocol.name");

    private final SdkTracerProvider provider;
    private final Tracer tracer;

    /** @param version of this program */
    public RequestTracing(TraceExport export, String version) {
        var exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(export.endpoint().toString())
                .setTimeout(EXPORT);
        export.headers().forEach(exporter::addHeader);
        Attributes process = Attributes.of(
                AttributeKey.stringKey("service.name"),
                export.service(),
                AttributeKey.stringKey("service.version"),
                version);
        this.provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(process)))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(export.ratio())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter.build())
                        .setMaxQueueSize(MOST_WAITING)
                        .setScheduleDelay(PACE)
                        .setExporterTimeout(EXPORT)
                        .build())
                .build();
        this.tracer = provider.get("io.penstock");
    }

    /** The caller's context: of its headers, else of the CloudEvent in binary mode whose attributes they hold. */
    private static Context caller(RequestHeaders headers) {
        boolean isEvents = headers.find(TraceContext.PARENT).isEmpty()
                && headers.find("ce-specversion").isPresent();
        String prefix = isEvents ? "ce-" : "";
        return TraceContext.read(name -> headers.find(prefix + name).orElse(null));
    }

    /** Whether the caller's context may stand in the body, so that the span has to wait for it. */
    private static boolean maySayInBody(RequestHeaders headers) {
        return headers.find(TraceContext.PARENT).isEmpty()
                && headers.find("content-type")
                        .filter(type -> type.regionMatches(true, 0, STRUCTURED, 0, STRUCTURED.length()))
                        .isPresent();
    }

    @Override
    public Observation began(RequestHead head) {
        boolean isGrpc = head.protocol().equals("grpc");
        SpanBuilder span = tracer.spanBuilder(isGrpc ? name(head.path()) : head.method())
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(REQUEST_ID, head.id())
                .setAttribute(METHOD, head.method())
                .setAttribute(PATH, head.path())
                .setAttribute(PROTOCOL, head.protocol());
        TracedRequest request = new TracedRequest(new PhaseSpans(tracer), span, caller(head.headers()), isGrpc);
        if (!maySayInBody(head.headers())) {
            request.start();
        }
        return request;
    }

    /** As OpenTelemetry names spans of calls: package.Service/Method, bounded, since a caller writes it. */
    private static String name(String path) {
        String bare = path.startsWith("/") ? path.substring(1) : path;
        return bare.length() <= 100 ? bare : bare.substring(0, 100);
    }

    /** Sends what waits, within five seconds. */
    @Override
    public void close() {
        provider.shutdown().join(EXPORT.toSeconds(), TimeUnit.SECONDS);
    }
}
