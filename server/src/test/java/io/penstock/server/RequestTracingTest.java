package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelStreamInferResponse;
import io.penstock.protocol.oip.ServerLiveRequest;
import io.penstock.protocol.oip.ServerLiveResponse;
import io.penstock.server.trace.RequestTracing;
import io.penstock.server.trace.TraceExport;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.RequestTrace.Phase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Spans as a collector gets them. */
@Timeout(60)
class RequestTracingTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";
    private static final String EVENT =
            "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"me\",\"type\":\"asked\",\"traceparent\":\"%s\","
                    + "\"tracestate\":\"vendor=1\",\"data\":{\"instances\":[[1,2]]}}";

    private final List<OtlpSpan> spans = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private HttpServer collector;
    private TraceExport export;

    @BeforeEach
    void start() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            try (exchange) {
                keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("x-key")));
                spans.addAll(OtlpSpan.read(exchange.getRequestBody().readAllBytes()));
                exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, -1);
            }
        });
        collector.start();
        export = TraceExport.of(
                        Optional.of("http://127.0.0.1:" + collector.getAddress().getPort()),
                        Optional.of(1.0),
                        Map.of("OTEL_EXPORTER_OTLP_HEADERS", "x-key=s%20ecret"))
                .orElseThrow();
    }

    @AfterEach
    void stop() {
        collector.stop(0);
    }

    private static HttpRequest.Builder request(TestServer server, HttpClient.Version version) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port + "/pipelines/" + server.pipeline.name()))
                .version(version)
                .header("x-request-id", "mine")
                .POST(HttpRequest.BodyPublishers.ofString("picture"));
    }

    private static int status(TestServer server, HttpRequest.Builder request) throws Exception {
        return server.client
                .send(request.build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private List<OtlpSpan> under(OtlpSpan parent) {
        return spans.stream().filter(span -> span.parent().equals(parent.id())).toList();
    }

    @Test
    void goesOnFromTheCallersTraceAndHasASpanForEachPhase() throws Exception {
        for (HttpClient.Version version : List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
            spans.clear();
            try (RequestTracing tracing = new RequestTracing(export, "1");
                    TestServer server = new TestServer(tracing)) {
                server.pipeline.asked = () -> {
                    long now = System.nanoTime() - 4_000_000;
                    RequestScope.phase(Phase.QUEUE, now, now + 1_000_000, "m");
                    RequestScope.phase(Phase.EXECUTE, now + 1_000_000, now + 3_000_000, "m");
                };
                HttpRequest.Builder asked = request(server, version)
                        .header("traceparent", "00-" + TRACE + "-" + SPAN + "-01")
                        .header("tracestate", "vendor=1");
                assertThat(status(server, asked)).isEqualTo(200);
            }
            OtlpSpan root = spans.stream()
                    .filter(span -> span.parent().equals(SPAN))
                    .findFirst()
                    .orElseThrow();
            assertThat(root.trace()).isEqualTo(TRACE);
            assertThat(root.name()).isEqualTo("POST");
            assertThat(root.state()).isEqualTo("vendor=1");
            assertThat(root.attributes())
                    .containsEntry("penstock.request.id", "mine")
                    .containsEntry("http.response.status_code", "200")
                    .containsEntry("url.path", "/pipelines/street");
            List<OtlpSpan> phases = under(root);
            assertThat(phases)
                    .extracting(OtlpSpan::name)
                    .containsExactlyInAnyOrder("receive", "preprocess", "queue", "execute", "postprocess", "respond");
            assertThat(phases).allSatisfy(phase -> {
                assertThat(phase.trace()).isEqualTo(TRACE);
                assertThat(phase.end()).isGreaterThanOrEqualTo(phase.start());
            });
            assertThat(phases.stream()
                            .filter(phase -> phase.name().equals("execute"))
                            .toList())
                    .singleElement()
                    .satisfies(execute -> {
                        assertThat(execute.end() - execute.start()).isEqualTo(2_000_000);
                        assertThat(execute.attributes()).containsEntry("penstock.model", "m");
                    });
        }
        assertThat(keys).contains("s ecret");
        assertThat(export.toString()).doesNotContain("ecret");
    }

    @Test
    void tracesGrpcAndSaysWhatFailed() throws Exception {
        try (RequestTracing tracing = new RequestTracing(export, "1");
                TestServer server = new TestServer(tracing)) {
            ManagedChannel channel = GrpcClient.channel(server);
            Metadata sent = new Metadata();
            sent.put(
                    Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                    "00-" + TRACE + "-" + SPAN + "-01");
            for (String method : List.of("ServerLive", "Absent")) {
                try {
                    ClientCalls.blockingUnaryCall(
                            io.grpc.ClientInterceptors.intercept(
                                    channel, MetadataUtils.newAttachHeadersInterceptor(sent)),
                            GrpcClient.method(
                                    MethodDescriptor.MethodType.UNARY,
                                    "inference.GRPCInferenceService/" + method,
                                    ServerLiveRequest.getDefaultInstance(),
                                    ServerLiveResponse.getDefaultInstance()),
                            CallOptions.DEFAULT,
                            ServerLiveRequest.getDefaultInstance());
                } catch (io.grpc.StatusRuntimeException e) {
                    assertThat(method).isEqualTo("Absent");
                }
            }
            channel.shutdownNow();
            assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        List<OtlpSpan> calls =
                spans.stream().filter(span -> span.parent().equals(SPAN)).toList();
        assertThat(calls)
                .extracting(OtlpSpan::name)
                .containsExactlyInAnyOrder(
                        "inference.GRPCInferenceService/ServerLive", "inference.GRPCInferenceService/Absent");
        assertThat(calls)
                .allSatisfy(
                        call -> assertThat(call.failed()).isEqualTo(call.name().endsWith("Absent")));
    }

    private OtlpSpan below(String parent) {
        return spans.stream()
                .filter(span -> span.parent().equals(parent))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void hasASpanForEachMessageOfAStream() throws Exception {
        try (RequestTracing tracing = new RequestTracing(export, "1");
                TestServer server = new TestServer(tracing)) {
            server.blocking.released.countDown();
            server.blocking.told = () -> {
                long now = System.nanoTime();
                RequestScope.phase(Phase.EXECUTE, now - 1_000, now, "blocking");
            };
            ManagedChannel channel = GrpcClient.channel(server);
            Metadata sent = new Metadata();
            sent.put(
                    Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                    "00-" + TRACE + "-" + SPAN + "-01");
            List<ModelInferRequest> asked = List.of(tensor("blocking"), tensor("nothing"), tensor("blocking"));
            List<ModelStreamInferResponse> answers = GrpcClient.stream(channel, sent, asked);
            assertThat(answers)
                    .extracting(answer -> answer.getErrorMessage().isEmpty())
                    .containsExactly(true, false, true);
            channel.shutdownNow();
            assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        List<OtlpSpan> messages = under(below(SPAN)).stream()
                .filter(span -> span.name().equals("message"))
                .sorted(Comparator.comparing(span -> span.attributes().get("penstock.message.index")))
                .toList();
        assertThat(messages).extracting(OtlpSpan::failed).containsExactly(false, true, false);
        assertThat(messages)
                .extracting(span -> span.attributes().get("penstock.message.index"))
                .containsExactly("0", "1", "2");
        for (int i : new int[] {0, 2}) {
            assertThat(under(messages.get(i))).extracting(OtlpSpan::name).containsExactly("execute");
        }
        assertThat(spans).extracting(OtlpSpan::trace).containsOnly(TRACE);
    }

    private static ModelInferRequest tensor(String model) {
        return ModelInferRequest.newBuilder()
                .setModelName(model)
                .addInputs(ModelInferRequest.InferInputTensor.newBuilder()
                        .setName("in")
                        .setDatatype("FP32")
                        .addShape(1))
                .addRawInputContents(ByteString.copyFrom(new byte[4]))
                .build();
    }

    private static HttpResponse<String> predict(TestServer server, String body, String... headers) throws Exception {
        HttpResponse<String> answer = server.client.send(
                server.request("/v1/models/rows:predict")
                        .headers(headers)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private static String[] binary(String... more) {
        List<String> headers = new ArrayList<>(List.of("ce-specversion", "1.0", "ce-id", "7", "ce-source", "me"));
        headers.addAll(List.of("ce-type", "asked"));
        headers.addAll(List.of(more));
        return headers.toArray(String[]::new);
    }

    @Test
    void goesOnFromTheTraceOfACloudEventAndSaysItsOwnInTheAnswer() throws Exception {
        HttpResponse<String> ofBinary;
        HttpResponse<String> ofStructured;
        try (RequestTracing tracing = new RequestTracing(export, "1");
                TestServer server = new TestServer(tracing)) {
            ofBinary = predict(
                    server, "{\"instances\":[[1,2]]}", binary("ce-traceparent", PARENT, "ce-tracestate", "vendor=1"));
            ofStructured = predict(
                    server, EVENT.formatted(PARENT), "content-type", "application/cloudevents+json; charset=utf-8");
        }
        List<OtlpSpan> roots =
                spans.stream().filter(span -> span.parent().equals(SPAN)).toList();
        assertThat(roots).hasSize(2).allSatisfy(root -> {
            assertThat(root.trace()).isEqualTo(TRACE);
            assertThat(root.state()).isEqualTo("vendor=1");
            assertThat(root.links()).isEmpty();
            assertThat(under(root)).extracting(OtlpSpan::name).contains("receive", "respond");
        });
        assertThat(roots)
                .extracting(root -> "00-" + TRACE + "-" + root.id() + "-01")
                .containsExactlyInAnyOrder(
                        ofBinary.headers().firstValue("ce-traceparent").orElseThrow(),
                        ofStructured.body().replaceAll(".*\"traceparent\":\"([^\"]*)\".*", "$1"));
        assertThat(ofBinary.headers().firstValue("ce-tracestate")).hasValue("vendor=1");
        assertThat(ofStructured.body()).contains("\"tracestate\":\"vendor=1\"");
    }

    @Test
    void linksToTheTraceOfACloudEventThatCameOverAnotherHop() throws Exception {
        String hop = "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01";
        try (RequestTracing tracing = new RequestTracing(export, "1");
                TestServer server = new TestServer(tracing)) {
            predict(
                    server,
                    "{\"instances\":[[1,2]]}",
                    binary("ce-traceparent", PARENT, "traceparent", hop, "ce-tracestate", "vendor=1"));
            predict(
                    server,
                    EVENT.formatted(PARENT),
                    "content-type",
                    "application/cloudevents+json",
                    "traceparent",
                    hop);
        }
        List<OtlpSpan> roots = spans.stream()
                .filter(span -> span.parent().equals("b".repeat(16)))
                .toList();
        assertThat(roots).hasSize(2).allSatisfy(root -> {
            assertThat(root.trace()).isEqualTo("a".repeat(32));
            assertThat(root.state()).isEmpty();
            assertThat(root.links()).containsExactly(SPAN);
        });
    }

    @Test
    void beginsATraceWhereACloudEventNamesNone() throws Exception {
        try (RequestTracing tracing = new RequestTracing(export, "1");
                TestServer server = new TestServer(tracing)) {
            predict(server, EVENT.formatted("nonsense"), "content-type", "application/cloudevents+json");
        }
        assertThat(spans.stream().filter(span -> span.name().equals("POST")).toList())
                .singleElement()
                .satisfies(root -> assertThat(root.parent()).isEmpty());
    }

    @Test
    void obeysTheCallersFlagAndItsOwnRatio() throws Exception {
        TraceExport none = new TraceExport(export.endpoint(), 0, Map.of(), "penstock");
        try (RequestTracing tracing = new RequestTracing(none, "1");
                TestServer server = new TestServer(tracing)) {
            assertThat(status(server, request(server, HttpClient.Version.HTTP_1_1)))
                    .isEqualTo(200);
            assertThat(status(
                            server,
                            request(server, HttpClient.Version.HTTP_1_1)
                                    .header("traceparent", "00-" + TRACE + "-" + SPAN + "-00")))
                    .isEqualTo(200);
            assertThat(status(
                            server,
                            request(server, HttpClient.Version.HTTP_1_1)
                                    .header("traceparent", "00-" + TRACE + "-" + SPAN + "-01")))
                    .isEqualTo(200);
        }
        assertThat(spans)
                .isNotEmpty()
                .allSatisfy(span -> assertThat(span.trace()).isEqualTo(TRACE));
        assertThat(spans.stream().filter(span -> span.parent().equals(SPAN)).toList())
                .as("the sampled one alone")
                .hasSize(1);
    }

    @Test
    void giveTheTraceOnToOtherServers() throws Exception {
        List<Map<String, String>> given = new CopyOnWriteArrayList<>();
        try (RequestTracing tracing = new RequestTracing(export, "1");
                TestServer server = new TestServer(tracing)) {
            server.pipeline.asked = () -> given.add(
                    RequestScope.current().orElseThrow().trace().orElseThrow().headers());
            HttpRequest.Builder asked = request(server, HttpClient.Version.HTTP_1_1)
                    .header("traceparent", "00-" + TRACE + "-" + SPAN + "-01");
            assertThat(status(server, asked)).isEqualTo(200);
        }
        OtlpSpan root = spans.stream()
                .filter(span -> span.parent().equals(SPAN))
                .findFirst()
                .orElseThrow();
        assertThat(given)
                .singleElement()
                .satisfies(headers ->
                        assertThat(headers).containsEntry("traceparent", "00-" + TRACE + "-" + root.id() + "-01"));
    }

    @Test
    void readsTheEnvironmentWhereTheDocumentIsSilent() {
        assertThat(TraceExport.of(Optional.empty(), Optional.empty(), Map.of())).isEmpty();
        Map<String, String> named = Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/",
                "OTEL_TRACES_SAMPLER", "parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG", "0.25",
                "OTEL_SERVICE_NAME", "roads");
        assertThat(TraceExport.of(Optional.empty(), Optional.empty(), named))
                .hasValue(new TraceExport(URI.create("http://collector:4318/v1/traces"), 0.25, Map.of(), "roads"));
        assertThat(TraceExport.of(Optional.of("http://mine:1"), Optional.of(1.0), named))
                .hasValue(new TraceExport(URI.create("http://mine:1/v1/traces"), 1, Map.of(), "roads"));
        assertThat(TraceExport.of(Optional.of("http://mine:1"), Optional.of(1.0), Map.of("OTEL_SDK_DISABLED", "true")))
                .isEmpty();
        assertThatThrownBy(() -> TraceExport.of(
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(
                                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:1",
                                "OTEL_TRACES_SAMPLER", "traceidratio",
                                "OTEL_TRACES_SAMPLER_ARG", "many")))
                .hasMessageContaining("OTEL_TRACES_SAMPLER_ARG")
                .hasMessageContaining("many");
    }
}
