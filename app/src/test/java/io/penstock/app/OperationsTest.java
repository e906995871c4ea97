package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.penstock.backend.onnxruntime.TinyOnnx;
import io.penstock.server.TestCertificate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process as a Server document describes it: certificate, keys, traces. */
@Timeout(120)
class OperationsTest {
    private static final UnaryOperator<Documents> FREE_PORT = Checkout::onFreePort;
    private static final String BODY =
            "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,4],\"data\":[1,2,3,4]}]}";

    @TempDir
    private Path folder = Path.of("");

    private final List<String> exported = new CopyOnWriteArrayList<>();
    private HttpServer collector;
    private HttpClient client;
    private Documents.Request request = Documents.Request.of(List.of());

    @BeforeEach
    void write() throws Exception {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            try (exchange) {
                exported.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        collector.start();
        Files.write(folder.resolve("tiny.onnx"), TinyOnnx.identity(1, -1, 4).bytes());
        client = HttpClient.newBuilder().sslContext(certificate()).build();
        document("all-of-it", "one");
        request = new Documents.Request(
                List.of(folder.resolve("tiny.onnx").toString()), Optional.of(folder.resolve("server.yaml")), List.of());
    }

    @AfterEach
    void stop() {
        client.close();
        collector.stop(0);
    }

    /** @param key opens everything */
    private void document(String key, String restricted) throws Exception {
        Files.writeString(folder.resolve("server.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: Server
                spec:
                  listen: {tls: {certificate: tls.crt, key: tls.key}}
                  auth:
                    keys:
                      - {name: operators, sha256: "%s"}
                      - {name: roads, sha256: "%s", models: [other]}
                  tracing: {otlp: "http://127.0.0.1:%d"}
                """.formatted(
                        hash(key), hash(restricted), collector.getAddress().getPort()));
    }

    private static String hash(String key) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    }

    /** Writes certificate and key, and gives back what trusts them. */
    private SSLContext certificate() throws Exception {
        TestCertificate made = TestCertificate.make(folder, "EC", "it");
        made.writeCertificate(folder.resolve("tls.crt"));
        made.writeKey(folder.resolve("tls.key"));
        return TestCertificate.trusting(made);
    }

    private HttpResponse<String> send(String address, String path, String authorization) throws Exception {
        HttpRequest.Builder asked = HttpRequest.newBuilder(URI.create(address + path))
                .header("x-request-id", "mine")
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        if (!authorization.isEmpty()) {
            asked.header("authorization", authorization);
        }
        if (path.endsWith("/infer")) {
            asked.POST(HttpRequest.BodyPublishers.ofString(BODY));
        }
        if (path.startsWith("/inference.")) {
            asked.header("content-type", "application/grpc").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5]));
        }
        return client.send(asked.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void servesOverTlsWhoHasAKeyAndTracesIt() throws Exception {
        Documents read = FREE_PORT.apply(Documents.read(request));
        try (Engine engine = Engine.start(Checkout.folders(folder), read.server())) {
            try (ServerProcess process = new ServerProcess(engine, read, Instant.now())) {
                String address = "https://localhost:" + process.start();
                HttpResponse<String> answer = send(address, "/v2/models/tiny/infer", "Bearer all-of-it");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.headers().firstValue("x-request-id")).hasValue("mine");
                HttpResponse<String> unknown = send(address, "/v2/models/tiny/infer", "");
                assertThat(unknown.statusCode()).isEqualTo(401);
                assertThat(unknown.headers().firstValue("x-request-id")).hasValue("mine");
                assertThat(send(address, "/v2/models/tiny/infer", "Bearer one").statusCode())
                        .isEqualTo(403);
                assertThat(send(address, "/readyz", "").statusCode()).isEqualTo(200);
                assertThat(send(address, "/", "").headers().allValues("www-authenticate"))
                        .anyMatch(way -> way.startsWith("Basic"));
                String basic = Base64.getEncoder().encodeToString("anyone:all-of-it".getBytes(StandardCharsets.UTF_8));
                assertThat(send(address, "/", "Basic " + basic).statusCode()).isEqualTo(200);
                String live = "/inference.GRPCInferenceService/ServerLive";
                assertThat(send(address, live, "").headers().firstValue("grpc-status"))
                        .as("UNAUTHENTICATED")
                        .hasValue("16");
                assertThat(send(address, live, "Bearer all-of-it").headers().firstValue("grpc-status"))
                        .as("in the trailers, where all went well")
                        .isEmpty();
                assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
            }
            assertThat(engine.pool().openLeases()).isZero();
        }
        String spans = String.join("", exported);
        assertThat(spans)
                .contains("receive", "preprocess", "queue", "execute", "postprocess", "respond")
                .contains("penstock.request.id", "mine", "penstock.model", "tiny")
                .doesNotContain("all-of-it");
    }

    @Test
    void readsKeysAgainWhenTheDocumentIsSaved() throws Exception {
        Documents read = FREE_PORT.apply(Documents.read(request));
        try (Engine engine = Engine.start(Checkout.folders(folder), read.server());
                ServerProcess process = new ServerProcess(engine, read, Instant.now())) {
            String address = "https://localhost:" + process.start();
            StringWriter said = new StringWriter();
            Console console = new Console(new PrintWriter(new StringWriter()), new PrintWriter(said, true));
            Thread watch = Thread.ofVirtual().start(new LiveEdit(request, read, process, console, FREE_PORT));
            document("another", "one");
            while (send(address, "/v2/models/tiny", "Bearer another").statusCode() != 200) {
                Thread.onSpinWait();
            }
            assertThat(send(address, "/v2/models/tiny", "Bearer all-of-it").statusCode())
                    .isEqualTo(401);
            watch.interrupt();
            watch.join();
            assertThat(said.toString())
                    .contains("The keys are those of the edited document.")
                    .doesNotContain("restart");
            assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void namesTheFieldOfAKeyThatDoesNotFit() throws Exception {
        Files.writeString(folder.resolve("tls.key"), "no key");
        Documents read = FREE_PORT.apply(Documents.read(request));
        try (Engine engine = Engine.start(Checkout.folders(folder), read.server())) {
            assertThatThrownBy(() -> new ServerProcess(engine, read, Instant.now()))
                    .isInstanceOfSatisfying(
                            CommandException.class,
                            refused -> assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED))
                    .hasMessageContaining("spec.listen.tls.key")
                    .hasMessageContaining("no private key");
        }
    }
}
