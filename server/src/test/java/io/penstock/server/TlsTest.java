package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.penstock.protocol.oip.ServerLiveRequest;
import io.penstock.protocol.oip.ServerLiveResponse;
import io.penstock.server.net.Admission;
import io.penstock.server.net.RequestObserver;
import io.penstock.server.net.ServerLimits;
import io.penstock.server.net.TlsCertificate;
import io.penstock.server.net.TlsException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class TlsTest {
    @TempDir
    static Path folder;

    private static Path chain;
    private static Path key;
    private static TestCertificate first;
    private static TestCertificate second;
    private static TlsCertificate certificate;
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        first = TestCertificate.make(folder, "EC", "first");
        second = TestCertificate.make(folder, "RSA", "second");
        chain = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
        write(first, chain, key);
        certificate = new TlsCertificate(chain, key, false);
        server = new TestServer(certificate);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void write(TestCertificate each, Path certificate, Path itsKey) throws Exception {
        each.writeCertificate(certificate);
        each.writeKey(itsKey);
    }

    private static HttpClient client(HttpClient.Version version, TestCertificate... trusted) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(TestCertificate.trusting(trusted))
                .version(version)
                .build();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + server.port + path));
    }

    private static HttpResponse<String> infer(HttpClient client) throws Exception {
        String body = "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[2],\"data\":[1,2]}]}";
        return client.send(
                request("/v2/models/echo/infer")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersOverBothVersionsOfHttpAsTheClientNegotiates() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            if (version.name().equals("HTTP_3")) {
                continue;
            }
            try (HttpClient client = client(version, first)) {
                HttpResponse<String> answer = infer(client);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.version()).isEqualTo(version);
                assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            }
        }
    }

    @Test
    void takesAndGivesBodiesLargerThanARecord() throws Exception {
        StringBuilder data = new StringBuilder("0.5");
        for (int i = 1; i < 300_000; i++) {
            data.append(",0.5");
        }
        String body =
                "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[300000],\"data\":[" + data + "]}]}";
        for (HttpClient.Version version :
                new HttpClient.Version[] {HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2}) {
            try (HttpClient client = client(version, first)) {
                HttpResponse<String> answer = client.send(
                        request("/v2/models/echo/infer")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.body()).contains(data);
            }
        }
    }

    @Test
    void answersGrpc() throws Exception {
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", server.port)
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(first.certificate)
                        .build())
                .build();
        try {
            ServerLiveResponse live = ClientCalls.blockingUnaryCall(
                    channel,
                    GrpcClient.method(
                            MethodDescriptor.MethodType.UNARY,
                            "inference.GRPCInferenceService/ServerLive",
                            ServerLiveRequest.getDefaultInstance(),
                            ServerLiveResponse.getDefaultInstance()),
                    CallOptions.DEFAULT,
                    ServerLiveRequest.getDefaultInstance());
            assertThat(live.getLive()).isTrue();
        } finally {
            channel.shutdownNow();
            assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void carriesAWebSocketOfItsOwnPage() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        try (HttpClient client = client(HttpClient.Version.HTTP_1_1, first)) {
            WebSocket socket = client.newWebSocketBuilder()
                    .header("Origin", "https://localhost:" + server.port)
                    .buildAsync(
                            URI.create("wss://localhost:" + server.port + "/dashboard/live"), new WebSocket.Listener() {
                                @Override
                                public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                                    heard.complete(data.toString());
                                    return CompletableFuture.completedFuture(null);
                                }

                                @Override
                                public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                                    heard.complete(code + " " + reason);
                                    return CompletableFuture.completedFuture(null);
                                }
                            })
                    .get(10, TimeUnit.SECONDS);
            socket.sendText("no message of ours", true).get(10, TimeUnit.SECONDS);
            assertThat(heard.get(10, TimeUnit.SECONDS)).isNotEmpty();
            socket.abort();
        }
    }

    @Test
    void tellsAClientWhyItsBodyIsRefusedBeforeItEnds() throws Exception {
        try (SSLSocket socket =
                (SSLSocket) TestCertificate.trusting(first).getSocketFactory().createSocket("localhost", server.port)) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream()
                    .write(("POST /v2/models/echo/infer HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + (100L << 20)
                                    + "\r\n\r\nbegin")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 413").contains("67108864");
        }
    }

    @Test
    void refusesVersionsOlderThanTwelve() throws Exception {
        try (SSLSocket socket =
                (SSLSocket) TestCertificate.trusting(first).getSocketFactory().createSocket("localhost", server.port)) {
            assertThat(socket.getSupportedProtocols()).contains("TLSv1.2");
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
        }
        try (RawClient old = new RawClient(server.port)) {
            // A ClientHello of TLS 1.0 without extensions (RFC 2246, 7.4.1.2) that offers one cipher suite.
            byte[] hello = new byte[5 + 4 + 41];
            hello[0] = 22;
            hello[1] = 3;
            hello[2] = 1;
            hello[4] = 45;
            hello[5] = 1;
            hello[8] = 41;
            hello[9] = 3;
            hello[10] = 1;
            hello[45] = 2;
            hello[47] = 0x2F;
            hello[48] = 1;
            byte[] answer = old.send(hello).rest();
            assertThat(answer)
                    .as("an alert, fatal, protocol_version")
                    .startsWith(21, 3)
                    .endsWith(2, 70);
        }
    }

    @Test
    void tellsAPlainClientWhatItDidWrong() throws Exception {
        try (RawClient plain = new RawClient(server.port)) {
            String answer = plain.send("GET / HTTP/1.1\r\nhost: localhost\r\nx-request-id: mine\r\n\r\n")
                    .response();
            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("this port speaks TLS")
                    .contains("x-request-id: mine");
            assertThat(plain.isClosedByServer()).isTrue();
        }
    }

    @Test
    void sendsReadersOnToHttpsWhereThatIsAskedFor() throws Exception {
        try (TestServer redirecting = new TestServer(new TlsCertificate(chain, key, true))) {
            String host = "localhost:" + redirecting.port;
            try (RawClient plain = new RawClient(redirecting.port)) {
                assertThat(plain.send("GET /v2?a=b HTTP/1.1\r\nhost: " + host + "\r\n\r\n")
                                .response())
                        .startsWith("HTTP/1.1 308")
                        .contains("location: https://" + host + "/v2?a=b\r\n");
            }
            try (RawClient plain = new RawClient(redirecting.port)) {
                assertThat(plain.send("GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n")
                                .response())
                        .startsWith("HTTP/1.1 400")
                        .doesNotContain("evil");
            }
            try (RawClient plain = new RawClient(redirecting.port)) {
                assertThat(plain.send("POST / HTTP/1.1\r\nhost: " + host + "\r\ncontent-length: 0\r\n\r\n")
                                .response())
                        .startsWith("HTTP/1.1 400");
            }
        }
    }

    @Test
    void closesAConnectionWhoseHandshakeDoesNotEnd() throws Exception {
        ServerLimits.Protocols hasty =
                new ServerLimits.Protocols(Duration.ofSeconds(1), 64 << 10, 500, 16 << 10, 256, 100, 32, 1024, 256);
        ServerLimits limits = new ServerLimits(
                1 << 20,
                16 << 10,
                100,
                Duration.ofSeconds(60),
                new ServerLimits.Pace(1, Duration.ofSeconds(60)),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                hasty);
        PenstockServer.Edge edge = new PenstockServer.Edge(
                TestServer.HOSTS, Admission.OPEN, Optional.of(certificate), RequestObserver.NONE);
        try (TestServer impatient = new TestServer(limits, 64 << 20, edge);
                RawClient client = new RawClient(impatient.port)) {
            long begun = System.nanoTime();
            client.send(new byte[] {22, 3, 1});
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void showsANewCertificateToNewConnectionsAndKeepsTheOldOneWhereTheFileIsBroken() throws Exception {
        Path crt = folder.resolve("changing.crt");
        Path itsKey = folder.resolve("changing.key");
        write(first, crt, itsKey);
        TlsCertificate changing = new TlsCertificate(crt, itsKey, false);
        try (TestServer changed = new TestServer(changing);
                HttpClient open = client(HttpClient.Version.HTTP_1_1, first);
                HttpClient later = client(HttpClient.Version.HTTP_1_1, second)) {
            HttpRequest live = HttpRequest.newBuilder(URI.create("https://localhost:" + changed.port + "/livez"))
                    .build();
            assertThat(open.send(live, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> later.send(live, HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(SSLException.class);
            write(second, crt, itsKey);
            changing.reload();
            assertThat(changing.shown()).startsWith("CN=second");
            assertThat(later.send(live, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
            assertThat(open.send(live, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .as("on the connection that stands")
                    .isEqualTo(200);
            Files.writeString(crt, "broken");
            assertThatThrownBy(changing::reload).isInstanceOf(TlsException.class);
            try (HttpClient third = client(HttpClient.Version.HTTP_1_1, second)) {
                assertThat(third.send(live, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void refusesKeysThatAreMissingOfAnotherCertificateOrNoneAtAll() throws Exception {
        Path mine = folder.resolve("mine.crt");
        Path other = folder.resolve("other.key");
        first.writeCertificate(mine);
        TestCertificate third = TestCertificate.make(folder, "EC", "third");
        third.writeKey(other);
        assertRefused(mine, other, TlsException.Part.KEY, "do not match");
        second.writeKey(other);
        assertRefused(mine, other, TlsException.Part.KEY, "no private key of the certificate's kind, EC");
        assertRefused(mine, folder.resolve("absent"), TlsException.Part.KEY, "there is no file");
        assertRefused(folder.resolve("absent"), other, TlsException.Part.CERTIFICATE, "there is no file");
        assertRefused(mine, mine, TlsException.Part.KEY, "no private key");
        assertRefused(other, other, TlsException.Part.CERTIFICATE, "certificate");
        Files.writeString(other, TestCertificate.pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}));
        assertRefused(mine, other, TlsException.Part.KEY, "passphrase");
    }

    private static void assertRefused(Path chain, Path key, TlsException.Part part, String why) {
        assertThatThrownBy(() -> new TlsCertificate(chain, key, false))
                .isInstanceOfSatisfying(
                        TlsException.class, e -> assertThat(e.part()).isEqualTo(part))
                .hasMessageContaining(why);
    }

    @Test
    void readsKeysInTheirOlderForms() throws Exception {
        Path own = folder.resolve("old.crt");
        Path older = folder.resolve("old.key");
        first.writeCertificate(own);
        Files.writeString(older, TestCertificate.pem("EC PRIVATE KEY", inner(first.key.getEncoded())));
        assertThat(new TlsCertificate(own, older, false).shown()).startsWith("CN=first");
        second.writeCertificate(own);
        Files.writeString(older, TestCertificate.pem("RSA PRIVATE KEY", inner(second.key.getEncoded())));
        assertThat(new TlsCertificate(own, older, false).shown()).startsWith("CN=second");
    }

    /** What the last element of a PKCS #8 key holds: SEQUENCE {version, algorithm, OCTET STRING}. */
    private static byte[] inner(byte[] pkcs8) {
        int at = content(pkcs8, 0);
        at = end(pkcs8, at);
        at = end(pkcs8, at);
        return Arrays.copyOfRange(pkcs8, content(pkcs8, at), end(pkcs8, at));
    }

    private static int content(byte[] der, int at) {
        return at + 2 + (der[at + 1] < 0 ? der[at + 1] & 0x7F : 0);
    }

    private static int end(byte[] der, int at) {
        int length = der[at + 1];
        if (length < 0) {
            length = 0;
            for (int i = at + 2; i < content(der, at); i++) {
                length = (length << 8) | (der[i] & 0xFF);
            }
        }
        return content(der, at) + length;
    }
}
