package io.penstock.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.penstock.protocol.health.HealthCheckRequest;
import io.penstock.protocol.health.HealthCheckResponse;
import io.penstock.protocol.oip.InferParameter;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferResponse;
import io.penstock.protocol.oip.ModelMetadataRequest;
import io.penstock.protocol.oip.ModelMetadataResponse;
import io.penstock.protocol.oip.ModelStatisticsRequest;
import io.penstock.protocol.oip.ModelStatisticsResponse;
import io.penstock.protocol.oip.ModelStreamInferResponse;
import io.penstock.protocol.oip.RepositoryIndexRequest;
import io.penstock.protocol.oip.RepositoryIndexResponse;
import io.penstock.protocol.oip.RepositoryModelLoadRequest;
import io.penstock.protocol.oip.RepositoryModelLoadResponse;
import io.penstock.server.auth.ApiKey;
import io.penstock.server.auth.ApiKeys;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys at the port: who gets in, what each key opens, by every protocol. */
@Timeout(60)
class ApiKeysTest {
    private static final String ALL = "all-8d1f";
    private static final String ROADS = "roads-77ac";
    private static final String OPERATOR = "operator-02be";
    private static final String OWNER = "owner-3c4b";
    private static final String SLOW = "slow-91dd";
    private static final String INFER =
            "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}";
    private static final String SERVICE = "inference.GRPCInferenceService/";

    private TestServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(new ApiKeys(List.of(
                key("all", ALL, Optional.empty(), false, OptionalInt.empty()),
                key("roads", ROADS, Optional.of(Set.of("echo", "street", "first")), false, OptionalInt.empty()),
                key("operator", OPERATOR, Optional.of(Set.of("first")), true, OptionalInt.empty()),
                key("owner", OWNER, Optional.of(Set.of("echo")), true, OptionalInt.empty()),
                key("slow", SLOW, Optional.empty(), false, OptionalInt.of(2)))));
        channel = GrpcClient.channel(server);
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.close();
    }

    private static ApiKey key(String name, String key, Optional<Set<String>> models, boolean control, OptionalInt rate)
            throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
        return new ApiKey(name, HexFormat.of().formatHex(hash), models, control, rate);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return server.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String key, String path) throws Exception {
        return send(server.request(path).header("authorization", "Bearer " + key));
    }

    private HttpResponse<String> post(String key, String path, String body) throws Exception {
        return send(
                server.request(path).header("authorization", "Bearer " + key).POST(BodyPublishers.ofString(body)));
    }

    private <Q extends Message, A extends Message> A call(String key, String name, Q request, A answer) {
        Metadata metadata = new Metadata();
        if (!key.isEmpty()) {
            metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
        }
        return ClientCalls.blockingUnaryCall(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
                GrpcClient.method(MethodDescriptor.MethodType.UNARY, name, request, answer),
                CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                request);
    }

    private <Q extends Message, A extends Message> Status.Code status(String key, String name, Q request, A answer) {
        StatusRuntimeException refused =
                catchThrowableOfType(StatusRuntimeException.class, () -> call(key, name, request, answer));
        return refused == null ? Status.Code.OK : refused.getStatus().getCode();
    }

    @Test
    void opensProbesAndNothingElseWithoutAKey() throws Exception {
        for (String path : List.of("/livez", "/readyz", "/healthz")) {
            assertThat(server.get(path).statusCode()).as(path).isEqualTo(200);
        }
        for (String path : List.of(
                "/",
                "/v2",
                "/v2/health/live",
                "/v2/models",
                "/v1/models",
                "/pipelines",
                "/metrics",
                "/dashboard/stats",
                "/page/page.css",
                "/livez/",
                "//livez",
                "/livez/../metrics",
                "/livez?a",
                "/nothing")) {
            int expected = path.equals("/livez?a") ? 200 : 401;
            for (HttpClient.Version version : List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
                HttpResponse<String> answer = send(server.request(path).version(version));
                assertThat(answer.statusCode()).as(path).isEqualTo(expected);
            }
        }
        HttpResponse<String> refused = server.post("/v2/models/echo/infer", INFER);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().allValues("www-authenticate"))
                .containsExactly("Bearer realm=\"penstock\"", "Basic realm=\"penstock\", charset=\"UTF-8\"");
    }

    @Test
    void refusesWrongKeysAndDoesNotRepeatThem() throws Exception {
        for (String given : List.of("Bearer", "Bearer ", "Bearer wrong-key", ALL, "Basic !!", "Bearer " + ALL + "x")) {
            HttpResponse<String> answer = send(server.request("/v2").header("authorization", given));
            assertThat(answer.statusCode()).as(given).isEqualTo(401);
            assertThat(answer.body()).doesNotContain("wrong-key").doesNotContain(ALL);
        }
    }

    @Test
    void letsAKeyUseItsModelsOnly() throws Exception {
        assertThat(post(ALL, "/v2/models/rows/infer", INFER).statusCode()).isEqualTo(400);
        assertThat(post(ROADS, "/v2/models/echo/infer", INFER).statusCode()).isEqualTo(200);
        assertThat(post(ROADS, "/v1/models/echo:predict", "{\"instances\":[1]}").statusCode())
                .isEqualTo(200);
        assertThat(get(ROADS, "/pipelines/street").statusCode()).isEqualTo(200);
        for (String path : List.of(
                "/v2/models/rows",
                "/v2/models/%72ows",
                "/v2/models/rows/",
                "/v2/models/rows/versions/1",
                "/v2/models/rows/ready",
                "/v2/models/rows/stats",
                "/v2/models/org/model:7",
                "/v2/models/absent",
                "/v1/models/rows",
                "/pipelines/other/results",
                "/pipelines/other/streams/gate/frame.jpg",
                "/metrics",
                "/dashboard/stats",
                "/",
                "/v2/logging",
                "/v2/systemsharedmemory/status")) {
            assertThat(get(ROADS, path).statusCode()).as(path).isEqualTo(403);
        }
        for (String path : List.of("/v2/models/rows/infer", "/v1/models/rows:predict", "/pipelines/other")) {
            assertThat(post(ROADS, path, INFER).statusCode()).as(path).isEqualTo(403);
        }
    }

    @Test
    void showsAKeyItsModelsOnly() throws Exception {
        assertThat(get(ROADS, "/v2/models").body()).isEqualTo("{\"models\":[\"echo\"]}");
        assertThat(get(ROADS, "/v1/models").body())
                .contains("\"models\":[\"echo\"]")
                .doesNotContain("rows");
        assertThat(get(ROADS, "/v2/models/stats").body()).contains("\"echo\"").doesNotContain("rows");
        assertThat(get(ROADS, "/pipelines").body()).contains("street");
        assertThat(get(OPERATOR, "/pipelines").body()).isEqualTo("{\"pipelines\":[]}");
        assertThat(post(ROADS, "/v2/repository/index", "{}").body())
                .contains("first")
                .doesNotContain("second");
        assertThat(get(ALL, "/v2/models").body()).contains("rows");
        HttpResponse<String> absent = get(ROADS, "/v2/models/first");
        assertThat(absent.statusCode()).isEqualTo(404);
        assertThat(absent.body()).as("explained without the names of others").doesNotContain("rows");
    }

    @Test
    void asksForARightToControl() throws Exception {
        for (String path : List.of("/v2/repository/models/first/load", "/v2/logging", "/v2/trace/setting")) {
            assertThat(post(ALL, path, "{}").statusCode()).as(path).isEqualTo(403);
        }
        assertThat(server.control.loads).isEmpty();
        assertThat(post(OPERATOR, "/v2/repository/models/second/load", "{}").statusCode())
                .isEqualTo(403);
        assertThat(post(OPERATOR, "/v2/repository/models/first/load", "{}").statusCode())
                .isEqualTo(200);
        assertThat(server.control.loads).containsOnlyKeys("first");
    }

    @Test
    void keepsAKeyWithAListOfModelsFromTheSharedMemoryOfOthers() throws Exception {
        Path folder = Path.of("/dev/shm");
        Assumptions.assumeTrue(Files.isDirectory(folder), "no /dev/shm here");
        Path file = Files.createTempFile(folder, "penstock-keys", "");
        try {
            Files.write(file, new byte[64]);
            String register = "{\"key\":\"/" + file.getFileName() + "\",\"offset\":0,\"byte_size\":64}";
            assertThat(post(OWNER, "/v2/systemsharedmemory/region/r/register", register)
                            .statusCode())
                    .isEqualTo(200);
            String infer = "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[2],\"parameters\":"
                    + "{\"shared_memory_region\":\"r\",\"shared_memory_byte_size\":8}}]}";
            assertThat(post(OWNER, "/v2/models/echo/infer", infer).statusCode()).isEqualTo(200);
            assertThat(post(ALL, "/v2/models/echo/infer", infer).statusCode()).isEqualTo(200);
            assertThat(post(ROADS, "/v2/models/echo/infer", infer).statusCode()).isEqualTo(404);
            ModelInferRequest grpc = ModelInferRequest.newBuilder()
                    .setModelName("echo")
                    .addInputs(ModelInferRequest.InferInputTensor.newBuilder()
                            .setName("in")
                            .setDatatype("FP32")
                            .addShape(2)
                            .putParameters(
                                    "shared_memory_region",
                                    InferParameter.newBuilder()
                                            .setStringParam("r")
                                            .build())
                            .putParameters(
                                    "shared_memory_byte_size",
                                    InferParameter.newBuilder().setInt64Param(8).build()))
                    .build();
            ModelInferResponse answer = ModelInferResponse.getDefaultInstance();
            assertThat(status(OWNER, SERVICE + "ModelInfer", grpc, answer)).isEqualTo(Status.Code.OK);
            assertThat(status(ROADS, SERVICE + "ModelInfer", grpc, answer)).isEqualTo(Status.Code.NOT_FOUND);
            assertThat(post(OWNER, "/v2/systemsharedmemory/region/r/unregister", "")
                            .statusCode())
                    .isEqualTo(200);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aHostOfAPipelineOpensNothingThatItsKeyDoesNot() throws Exception {
        for (String key : List.of(OPERATOR, ROADS)) {
            try (RawClient raw = new RawClient(server.port)) {
                String answer = raw.send("GET /pipelines/street HTTP/1.1\r\nhost: street.default.example.com\r\n"
                                + "authorization: Bearer " + key + "\r\n\r\n")
                        .response();
                assertThat(answer).as(key).startsWith(key.equals(ROADS) ? "HTTP/1.1 200" : "HTTP/1.1 403");
            }
        }
    }

    @Test
    void limitsTheRateOfAKeyAndOfNoOther() throws Exception {
        HttpResponse<String> last = get(SLOW, "/v2");
        for (int i = 0; i < 50 && last.statusCode() == 200; i++) {
            last = get(SLOW, "/v2");
        }
        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(last.headers().firstValue("retry-after")).hasValue("1");
        assertThat(get(ALL, "/v2").statusCode()).isEqualTo(200);
    }

    @Test
    void takesTheKeyAsAPasswordFromItsOwnPageOnly() throws Exception {
        String basic = "Basic " + Base64.getEncoder().encodeToString(("anna:" + ALL).getBytes(UTF_8));
        assertThat(send(server.request("/").header("authorization", basic).header("accept", "text/html"))
                        .body())
                .contains("<html");
        for (String[] foreign : List.of(
                new String[] {"sec-fetch-site", "cross-site"},
                new String[] {"sec-fetch-site", "same-site"},
                new String[] {"origin", "http://evil.example"},
                new String[] {"origin", "null"})) {
            HttpRequest.Builder request = server.request("/v2/models/echo/infer")
                    .header("authorization", basic)
                    .header(foreign[0], foreign[1])
                    .POST(BodyPublishers.ofString(INFER));
            assertThat(send(request).statusCode()).as(foreign[1]).isEqualTo(403);
        }
        HttpRequest.Builder own = server.request("/v2/models/echo/infer")
                .header("authorization", basic)
                .header("sec-fetch-site", "same-origin")
                .header("origin", "http://127.0.0.1:" + server.port)
                .POST(BodyPublishers.ofString(INFER));
        assertThat(send(own).statusCode()).isEqualTo(200);
    }

    @Test
    void asksWebSocketsForAKeyThatOpensEverything() throws Exception {
        assertThat(upgrade("")).startsWith("HTTP/1.1 401 ");
        assertThat(upgrade("authorization: Bearer " + ROADS + "\r\n")).startsWith("HTTP/1.1 403 ");
        assertThat(upgrade("authorization: Bearer " + ALL + "\r\n")).startsWith("HTTP/1.1 101 ");
    }

    private String upgrade(String header) throws Exception {
        try (RawClient client = new RawClient(server.port)) {
            client.send(
                    "GET /dashboard/live HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                            + "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" + header
                            + "\r\n");
            return client.response();
        }
    }

    @Test
    void answersGrpcWithItsOwnStatuses() {
        ModelInferRequest rows =
                ModelInferRequest.newBuilder().setModelName("rows").build();
        ModelInferResponse inferred = ModelInferResponse.getDefaultInstance();
        assertThat(status("", SERVICE + "ModelInfer", rows, inferred)).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status("wrong", SERVICE + "ModelInfer", rows, inferred)).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status(ROADS, SERVICE + "ModelInfer", rows, inferred)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(status(ALL, SERVICE + "ModelInfer", rows, inferred)).isEqualTo(Status.Code.INVALID_ARGUMENT);
        HealthCheckRequest health = HealthCheckRequest.getDefaultInstance();
        HealthCheckResponse healthy = HealthCheckResponse.getDefaultInstance();
        assertThat(status("", "grpc.health.v1.Health/Check", health, healthy)).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status(ROADS, "grpc.health.v1.Health/Check", health, healthy))
                .isEqualTo(Status.Code.OK);
        Status.Code last = Status.Code.OK;
        for (int i = 0; i < 50 && last == Status.Code.OK; i++) {
            last = status(SLOW, "grpc.health.v1.Health/Check", health, healthy);
        }
        assertThat(last).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void showsAndOpensTheSameOverGrpc() {
        ModelMetadataResponse described = ModelMetadataResponse.getDefaultInstance();
        for (String name : List.of("rows", "absent")) {
            ModelMetadataRequest request =
                    ModelMetadataRequest.newBuilder().setName(name).build();
            assertThat(status(ROADS, SERVICE + "ModelMetadata", request, described))
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
        }
        ModelStatisticsResponse counted = call(
                ROADS,
                SERVICE + "ModelStatistics",
                ModelStatisticsRequest.getDefaultInstance(),
                ModelStatisticsResponse.getDefaultInstance());
        assertThat(counted.getModelStatsList())
                .extracting(each -> each.getName())
                .containsExactly("echo");
        RepositoryIndexResponse index = call(
                ROADS,
                SERVICE + "RepositoryIndex",
                RepositoryIndexRequest.getDefaultInstance(),
                RepositoryIndexResponse.getDefaultInstance());
        assertThat(index.getModelsList()).extracting(each -> each.getName()).containsExactly("first");
        RepositoryModelLoadRequest load =
                RepositoryModelLoadRequest.newBuilder().setModelName("first").build();
        RepositoryModelLoadResponse loaded = RepositoryModelLoadResponse.getDefaultInstance();
        assertThat(status(ALL, SERVICE + "RepositoryModelLoad", load, loaded)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(server.control.loads).isEmpty();
        assertThat(status(OPERATOR, SERVICE + "RepositoryModelLoad", load, loaded))
                .isEqualTo(Status.Code.OK);
    }

    @Test
    void checksEachMessageOfAStream() {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + ROADS);
        ModelInferRequest rows =
                ModelInferRequest.newBuilder().setModelName("rows").build();
        var answers = ClientCalls.blockingServerStreamingCall(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
                GrpcClient.method(
                        MethodDescriptor.MethodType.SERVER_STREAMING,
                        SERVICE + "ModelStreamInfer",
                        rows,
                        ModelStreamInferResponse.getDefaultInstance()),
                CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                rows);
        assertThat(answers.next().getErrorMessage()).contains("the key of 'roads' may not use 'rows'");
    }
}
