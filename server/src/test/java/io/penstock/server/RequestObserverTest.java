package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.penstock.protocol.oip.ModelReadyRequest;
import io.penstock.protocol.oip.ModelReadyResponse;
import io.penstock.protocol.oip.ServerLiveRequest;
import io.penstock.protocol.oip.ServerLiveResponse;
import io.penstock.server.net.RequestObserver;
import io.penstock.serving.call.RequestScope;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each request is told of once, with the id that its caller sees, whatever protocol and end it has. */
@Timeout(60)
class RequestObserverTest {
    private static final String BODY =
            "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[2],\"data\":[1,2]}]}";

    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private TestServer server;

    private record Seen(RequestObserver.RequestHead head, RequestObserver.Outcome outcome) {}

    @BeforeEach
    void start() throws Exception {
        server = new TestServer((RequestObserver) head -> new RequestObserver.Observation() {
            @Override
            public void ended(RequestObserver.Outcome outcome) {
                seen.add(new Seen(head, outcome));
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(seen).as("requests told of twice, or not asked for").isEmpty();
    }

    private Seen next() throws InterruptedException {
        Seen next = seen.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private HttpResponse<String> send(HttpClient.Version version, String path, String id) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port + path))
                .version(version)
                .header("x-request-id", id)
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
        return server.client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void tellsOfAnHttpRequestWithItsIdSizesAndStatus() throws Exception {
        HttpResponse<String> answer = send(HttpClient.Version.HTTP_1_1, "/v2/models/echo/infer?secret=1", "mine-1");
        assertThat(answer.headers().firstValue("x-request-id")).hasValue("mine-1");
        Seen told = next();
        assertThat(told.head().id()).isEqualTo("mine-1");
        assertThat(told.head().protocol()).isEqualTo("http/1.1");
        assertThat(told.head().path()).isEqualTo("/v2/models/echo/infer");
        assertThat(told.outcome())
                .isEqualTo(new RequestObserver.Outcome(
                        200, "everyone", BODY.length(), answer.body().length()));
    }

    @Test
    void tellsOfRefusals() throws Exception {
        assertThat(send(HttpClient.Version.HTTP_1_1, "/nowhere", "a b")
                        .headers()
                        .firstValue("x-request-id"))
                .as("an id that is not fit for a log is replaced")
                .hasValueSatisfying(id -> assertThat(id).matches("[0-9a-f-]{36}"));
        assertThat(next().outcome().status()).isEqualTo(404);
        try (RawClient raw = new RawClient(server.port)) {
            assertThat(raw.send("GET / HTTP/1.1\r\nhost: evil.example\r\nx-request-id: " + "x".repeat(129) + "\r\n\r\n")
                            .response())
                    .startsWith("HTTP/1.1 403")
                    .doesNotContain("xxx");
        }
        assertThat(next().outcome().status()).isEqualTo(403);
    }

    @Test
    void tellsOfGrpcCallsWithTheirStatusAndGivesTheIdBackInBothHeads() throws Exception {
        ManagedChannel channel = GrpcClient.channel(server);
        Metadata.Key<String> name = Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);
        Metadata sent = new Metadata();
        sent.put(name, "mine-2");
        AtomicReference<Metadata> head = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        try {
            var asking = io.grpc.ClientInterceptors.intercept(
                    channel,
                    MetadataUtils.newAttachHeadersInterceptor(sent),
                    MetadataUtils.newCaptureMetadataInterceptor(head, trailers));
            ClientCalls.blockingUnaryCall(
                    asking,
                    GrpcClient.method(
                            MethodDescriptor.MethodType.UNARY,
                            "inference.GRPCInferenceService/ServerLive",
                            ServerLiveRequest.getDefaultInstance(),
                            ServerLiveResponse.getDefaultInstance()),
                    CallOptions.DEFAULT,
                    ServerLiveRequest.getDefaultInstance());
            assertThat(head.get().get(name)).isEqualTo("mine-2");
            Seen told = next();
            assertThat(told.head().id()).isEqualTo("mine-2");
            assertThat(told.head().protocol()).isEqualTo("grpc");
            assertThat(told.outcome().status()).isZero();
            try {
                ClientCalls.blockingUnaryCall(
                        asking,
                        GrpcClient.method(
                                MethodDescriptor.MethodType.UNARY,
                                "inference.GRPCInferenceService/Absent",
                                ModelReadyRequest.getDefaultInstance(),
                                ModelReadyResponse.getDefaultInstance()),
                        CallOptions.DEFAULT,
                        ModelReadyRequest.getDefaultInstance());
            } catch (StatusRuntimeException e) {
                assertThat(Objects.requireNonNull(e.getTrailers()).get(name)).isEqualTo("mine-2");
            }
            assertThat(next().outcome().status()).as("UNIMPLEMENTED").isEqualTo(12);
        } finally {
            channel.shutdownNow();
            assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void tellsOfAWebSocketOnce() throws Exception {
        try (RawWebSocket socket = new RawWebSocket(server.port, "x-request-id: mine-3")) {
            assertThat(socket.answer).startsWith("HTTP/1.1 101").contains("x-request-id: mine-3");
        }
        Seen told = next();
        assertThat(told.head().protocol()).isEqualTo("websocket");
        assertThat(told.outcome().status()).isEqualTo(101);
    }

    @Test
    void tellsOfACallerWhoLeft() throws Exception {
        try (RawClient leaving = new RawClient(server.port)) {
            leaving.send("POST /v2/models/blocking/infer HTTP/1.1\r\nhost: localhost\r\ncontent-length: "
                    + BODY.length() + "\r\n\r\n" + BODY);
            assertThat(server.blocking.entered.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(next().outcome().status()).isEqualTo(499);
    }

    @Test
    void aHandlerWorksForItsRequestAndTheNextThreadForNone() throws Exception {
        List<RequestScope> scopes = new java.util.concurrent.CopyOnWriteArrayList<>();
        server.pipeline.asked = () -> RequestScope.current().ifPresent(scopes::add);
        for (HttpClient.Version version : List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
            assertThat(send(version, "/pipelines/" + server.pipeline.name(), "mine-" + version)
                            .statusCode())
                    .isEqualTo(200);
            next();
        }
        assertThat(scopes).extracting(RequestScope::id).containsExactly("mine-HTTP_1_1", "mine-HTTP_2");
        assertThat(RequestScope.current()).isEmpty();
    }
}
