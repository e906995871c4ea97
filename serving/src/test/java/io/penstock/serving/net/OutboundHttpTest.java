package io.penstock.serving.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.RequestTrace;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OutboundHttpTest {
    private static final byte[] BYTES = "the model".getBytes(StandardCharsets.UTF_8);
    private static final Backoff QUICK = new Backoff(Duration.ofMillis(1), Duration.ofMillis(4), new Random(1));
    private static final OutboundHttp.Limits LIMITS =
            new OutboundHttp.Limits(Duration.ofSeconds(5), Duration.ofMillis(400));

    private final FileServer server;
    private final OutboundHttp http = new OutboundHttp(LIMITS, QUICK);

    OutboundHttpTest() throws IOException {
        server = new FileServer();
    }

    @BeforeEach
    void serve() {
        server.on("/m", FileServer.file(BYTES, "\"1\""));
    }

    @AfterEach
    void close() {
        http.close();
        server.close();
    }

    /** What a traced request tells, as far as calls to other servers are concerned. */
    private record Traced(Map<String, String> headers) implements RequestTrace {
        @Override
        public String traceId() {
            return headers.toString();
        }

        @Override
        public void phase(Phase phase, long fromNanos, long toNanos, String model) {}

        @Override
        public void carries(Map<String, String> context) {}

        @Override
        public Part part(String name, long index) {
            throw new UnsupportedOperationException(name);
        }
    }

    @Test
    void sendsTheIdAndTheTraceOfTheRequestItWorksFor() throws Exception {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        RequestTrace trace = new Traced(Map.of("traceparent", parent, "tracestate", "vendor=1"));
        server.on("/moved", FileServer.redirect("/m"));
        assertThat(new RequestScope("mine", Optional.of(trace)).call(() -> get("/moved")))
                .isEqualTo("the model");
        assertThat(server.requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.toLowerCase(Locale.ROOT))
                        .contains("x-request-id=[mine]", "traceparent=[" + parent + "]", "tracestate=[vendor=1]"));
        assertThat(get("/m")).isEqualTo("the model");
        assertThat(server.requests().getLast().toLowerCase(Locale.ROOT)).doesNotContain("x-request-id", "traceparent");
    }

    @Test
    void triesAgainWhileTheServerIsBusy() throws Exception {
        server.on("/busy", FileServer.first(2, FileServer.status(503), FileServer.file(BYTES, "\"1\"")));

        assertThat(get("/busy")).isEqualTo("the model");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void givesUpOnAServerThatStaysBusyAndSaysSo() {
        server.on("/busy", FileServer.status(503));

        refuses("/busy?token=secret", "/busy answers 503, after 3 attempts").hasMessageNotContaining("secret");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void doesNotRepeatWhatIsNoPassingFailure() throws Exception {
        OutboundResponse response = http.get(request(server.uri("/none")));
        response.body().close();

        assertThat(response.status()).isEqualTo(404);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aRefusedConnectionIsASentence() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> http.get(request(URI.create("http://u:pw@127.0.0.1:" + port + "/m?k=v"))))
                .isInstanceOf(ServingException.class)
                .hasMessage("http://127.0.0.1:" + port
                        + "/m cannot be reached: the connection is refused, after 3 attempts");
    }

    @Test
    void followsARedirectToTheVeryHostAndPortThatWasNamed() throws Exception {
        server.on("/a", FileServer.redirect("/b"))
                .on("/b", FileServer.redirect(server.uri("/m").toString()));

        assertThat(get("/a")).isEqualTo("the model");
    }

    @Test
    void refusesARedirectIntoAPrivateNetwork() throws IOException {
        try (FileServer other = new FileServer()) {
            server.on("/port", FileServer.redirect(other.uri("/m").toString()));
            server.on("/name", FileServer.redirect("http://localhost:" + other.port() + "/m"));
            server.on("/metadata", FileServer.redirect("http://169.254.169.254/latest/meta-data/"));
            server.on("/six", FileServer.redirect("http://[::1]:" + other.port() + "/m"));
            server.on("/mapped", FileServer.redirect("http://[::ffff:10.0.0.1]/m"));

            for (String path : new String[] {"/port", "/name", "/metadata", "/six", "/mapped"}) {
                refuses(path, "which is not on the public internet");
            }
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    void checksEveryAddressOfAName() {
        OutboundHttp.Resolver two =
                _ -> new InetAddress[] {InetAddress.getByName("93.184.216.34"), InetAddress.getByName("10.1.2.3")};
        server.on("/a", FileServer.redirect("http://both.example/m"));
        try (OutboundHttp resolving = new OutboundHttp(LIMITS, QUICK, two)) {
            assertThatThrownBy(() -> resolving.get(request(server.uri("/a"))))
                    .hasMessageContaining("http://both.example/m", "10.1.2.3");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.0.0.1",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.100.100.200",
                "0.0.0.0",
                "224.0.0.1",
                "255.255.255.255",
                "168.63.129.16",
                "198.18.0.1",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "64:ff9b::a9fe:a9fe",
                "2002:7f00:1::",
                "::ffff:127.0.0.1"
            })
    void knowsWhatIsNotPublic(String address) throws UnknownHostException {
        assertThat(AddressRules.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1", "64:ff9b::808:808"})
    void knowsWhatIsPublic(String address) throws UnknownHostException {
        assertThat(AddressRules.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void endsALoopOfRedirects() {
        server.on("/a", FileServer.redirect("/b")).on("/b", FileServer.redirect("/a"));

        refuses("/a", "more than 5 redirects");
        assertThat(server.requests()).hasSize(6);
    }

    @Test
    void refusesRedirectsToOtherSchemesAndToNowhere() {
        server.on("/file", FileServer.redirect("file:///etc/passwd"));
        server.on("/nowhere", FileServer.status(302));

        refuses("/file", "neither http:// nor https://");
        refuses("/nowhere", "without saying where to");
    }

    @Test
    void credentialsGoToTheNamedOriginOnly() throws Exception {
        server.on("/a", FileServer.redirect("http://127.0.0.1:" + server.port() + "/m"));
        server.on("/away", FileServer.redirect("http://away.example/m"));
        OutboundRequest secret = new OutboundRequest(server.uri("/a"), Map.of(), Optional.of("Bearer s3"), 1);
        http.get(secret).body().close();
        assertThat(server.requests()).hasSize(2).allMatch(line -> line.contains("Bearer s3"));

        // The other host is a name that leads here as well, through a resolver that calls it public.
        URI named = URI.create("http://localhost:" + server.port() + "/b");
        server.on("/b", FileServer.redirect("http://127.0.0.1:" + server.port() + "/m"));
        OutboundHttp.Resolver lying = _ -> new InetAddress[] {InetAddress.getByName("8.8.8.8")};
        try (OutboundHttp tricked = new OutboundHttp(LIMITS, QUICK, lying)) {
            tricked.get(new OutboundRequest(named, Map.of(), Optional.of("Bearer s3"), 1))
                    .body()
                    .close();
        }
        assertThat(server.requests().get(2)).contains("Bearer s3");
        assertThat(server.requests().get(3)).startsWith("/m ").doesNotContain("s3");
    }

    @Test
    void aBodyThatStallsEndsInTime() throws Exception {
        server.on("/slow", server.stalling(BYTES, 3));
        OutboundResponse response = http.get(request(server.uri("/slow")));

        try (InputStream body = response.body()) {
            assertThat(body.readNBytes(3)).hasSize(3);
            assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessageContaining("nothing came for");
        }
    }

    @Test
    void anInterruptEndsAWait() throws Exception {
        server.on("/slow", server.stalling(BYTES, 3));
        BlockingQueue<Throwable> ends = new ArrayBlockingQueue<>(1);
        Thread reader = Thread.ofVirtual().unstarted(() -> {
            try (OutboundHttp patient = new OutboundHttp(OutboundHttp.Limits.USUAL, QUICK);
                    InputStream body = patient.get(request(server.uri("/slow"))).body()) {
                body.readAllBytes();
            } catch (IOException | InterruptedException e) {
                ends.add(e);
            }
        });
        reader.start();
        reader.interrupt();

        assertThat(ends.poll(20, TimeUnit.SECONDS))
                .isInstanceOfAny(InterruptedException.class, java.io.InterruptedIOException.class);
    }

    @Test
    void waitsLongerWithEachFailureUpToALimit() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new Random(7));

        assertThat(backoff.delay(1)).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
        assertThat(backoff.delay(3)).isBetween(Duration.ofMillis(200), Duration.ofMillis(400));
        assertThat(backoff.delay(1000)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    private String get(String path) throws Exception {
        OutboundResponse response = http.get(request(server.uri(path)));
        try (InputStream body = response.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refuses(String path, String sentence) {
        return assertThatThrownBy(() -> get(path))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UPSTREAM_FAILED))
                .hasMessageContaining(sentence);
    }

    private static OutboundRequest request(URI address) {
        return new OutboundRequest(address, Map.of(), Optional.empty(), 3);
    }
}
