package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.server.net.ServerLimits;
import io.penstock.server.net.ServerLimits.Pace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AbuseTest {
    private static final String INFER = "POST /v2/models/echo/infer HTTP/1.1\r\nhost: localhost\r\n";
    private static final String BODY =
            "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}";
    private static final String GOOD = INFER + "content-length: " + BODY.length() + "\r\n\r\n" + BODY;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String SETTINGS = "\0\0\0\4\0\0\0\0\0";

    private static ServerLimits limits(Duration idle, Pace pace) {
        return new ServerLimits(1 << 20, 4 << 10, 300, idle, pace, Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    private static TestServer server() throws InterruptedException {
        return new TestServer(limits(Duration.ofSeconds(30), new Pace(1024, Duration.ofSeconds(5))), 64 << 20);
    }

    private static void assertLives(TestServer server) throws IOException {
        try (RawClient client = new RawClient(server.port)) {
            assertThat(client.send(GOOD).response()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void answersOnOneConnectionAfterAnError() throws Exception {
        try (TestServer server = server();
                RawClient client = new RawClient(server.port)) {
            String bad = INFER + "content-length: 5\r\n\r\nhello";
            assertThat(client.send(bad).response()).startsWith("HTTP/1.1 400");
            assertThat(client.send(GOOD).response()).startsWith("HTTP/1.1 200");
            assertThat(client.send(bad + GOOD).response()).startsWith("HTTP/1.1 400");
            assertThat(client.response()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void takesChunkedBodies() throws Exception {
        try (TestServer server = server();
                RawClient client = new RawClient(server.port)) {
            String half = BODY.substring(0, 30);
            String rest = BODY.substring(30);
            client.send(INFER + "transfer-encoding: chunked\r\n\r\n");
            client.send("1e\r\n" + half + "\r\n");
            client.send(Integer.toHexString(rest.length()) + "\r\n" + rest + "\r\n0\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void saysContinueBeforeTheBody() throws Exception {
        try (TestServer server = server();
                RawClient client = new RawClient(server.port)) {
            client.send(INFER + "expect: 100-continue\r\ncontent-length: " + BODY.length() + "\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 100");
            assertThat(client.send(BODY).response()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void refusesATooLongBodyUnread() throws Exception {
        try (TestServer server = server();
                RawClient client = new RawClient(server.port)) {
            String answer =
                    client.send(INFER + "content-length: 2000000000\r\n\r\n").response();
            assertThat(answer).startsWith("HTTP/1.1 413").contains("1048576 bytes allowed");
            assertThat(client.isClosedByServer()).isTrue();
            assertLives(server);
        }
    }

    @Test
    void refusesAChunkedBodyThatGrowsTooLong() throws Exception {
        try (TestServer server = server();
                RawClient client = new RawClient(server.port)) {
            client.send(INFER + "transfer-encoding: chunked\r\n\r\n");
            String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            for (int i = 0; i < 17; i++) {
                client.send(chunk);
            }
            assertThat(client.response()).startsWith("HTTP/1.1 413");
            assertLives(server);
        }
    }

    @Test
    void refusesBodiesBeyondTheBudgetUnread() throws Exception {
        try (TestServer server =
                        new TestServer(limits(Duration.ofSeconds(30), new Pace(1024, Duration.ofSeconds(5))), 1 << 20);
                RawClient first = new RawClient(server.port);
                RawClient second = new RawClient(server.port)) {
            first.send(INFER + "content-length: 1000000\r\n\r\nx");
            awaitLease(server);
            String answer =
                    second.send(INFER + "content-length: 1000000\r\n\r\n").response();
            assertThat(answer).startsWith("HTTP/1.1 503").contains("retry-after: 1");
        }
    }

    private static void awaitLease(TestServer server) {
        while (server.pool.openLeases() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void forgetsABodyThatIsCutOff() throws Exception {
        try (TestServer server = server()) {
            try (RawClient client = new RawClient(server.port)) {
                client.send(INFER + "content-length: 1000\r\n\r\nhalf");
                client.endOutput();
                assertThat(client.isClosedByServer()).isTrue();
            }
            assertLives(server);
        }
    }

    @Test
    void cutsASlowBody() throws Exception {
        try (TestServer server = new TestServer(
                        limits(Duration.ofSeconds(30), new Pace(1024, Duration.ofMillis(200))), 64 << 20);
                RawClient client = new RawClient(server.port)) {
            client.send(INFER + "content-length: 1000\r\n\r\nx");
            assertThat(client.isClosedByServer()).isTrue();
            assertLives(server);
        }
    }

    @Test
    void closesSilentAndSlowHeads() throws Exception {
        try (TestServer server = new TestServer(
                        limits(Duration.ofMillis(300), new Pace(1024, Duration.ofSeconds(5))), 64 << 20);
                RawClient silent = new RawClient(server.port);
                RawClient slow = new RawClient(server.port);
                RawClient http2 = new RawClient(server.port)) {
            slow.send("GET /livez HTTP/1.1\r\nhos");
            http2.send(PREFACE + SETTINGS);
            assertThat(silent.isClosedByServer()).isTrue();
            assertThat(slow.isClosedByServer()).isTrue();
            assertThat(http2.isClosedByServer()).isTrue();
        }
    }

    @Test
    void refusesMalformedHeads() throws Exception {
        try (TestServer server = server()) {
            String[] heads = {
                "hello\r\n\r\n",
                "GET /livez HTTP/1.1\r\n\r\n",
                "GET /livez HTTP/1.1\r\nhost: localhost\r\nx: " + "y".repeat(5000) + "\r\n\r\n",
                "GET /" + "z".repeat(5000) + " HTTP/1.1\r\nhost: localhost\r\n\r\n",
                INFER + "content-length: -5\r\n\r\n",
                INFER + "content-length: 1, 2\r\n\r\n",
            };
            for (String head : heads) {
                try (RawClient client = new RawClient(server.port)) {
                    assertThat(client.send(head).response()).as(head).startsWith("HTTP/1.1 4");
                }
            }
            assertLives(server);
        }
    }

    @Test
    void answersOnlyToItsOwnHosts() throws Exception {
        try (TestServer server = server()) {
            String[] good = {"localhost", "127.0.0.1:8080", "[::1]:99", "penstock.test:1", "LOCALHOST:3"};
            String[] bad = {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil", "127.1"};
            for (String host : good) {
                try (RawClient client = new RawClient(server.port)) {
                    String answer = client.send("GET /livez HTTP/1.1\r\nhost: " + host + "\r\n\r\n")
                            .response();
                    assertThat(answer).as(host).startsWith("HTTP/1.1 200");
                }
            }
            for (String host : bad) {
                try (RawClient client = new RawClient(server.port)) {
                    String answer = client.send("GET /livez HTTP/1.1\r\nhost: " + host + "\r\n\r\n")
                            .response();
                    assertThat(answer).as(host).startsWith("HTTP/1.1 403");
                }
            }
        }
    }

    @Test
    void servesNoOtherFiles() throws Exception {
        try (TestServer server = server()) {
            for (String path :
                    List.of("/page/../PageApi.class", "/page/%2e%2e/PageApi.class", "/../etc/passwd", "/%zz")) {
                try (RawClient client = new RawClient(server.port)) {
                    String answer = client.send("GET " + path + " HTTP/1.1\r\nhost: localhost\r\n\r\n")
                            .response();
                    assertThat(answer).as(path).startsWith("HTTP/1.1 404");
                }
            }
        }
    }

    @Test
    void holdsAThousandIdleConnectionsAndAnswersTheNextRequestAtOnce() throws Exception {
        try (TestServer server = new TestServer(TestServer.LIMITS, 64 << 20)) {
            List<RawClient> idle = new ArrayList<>();
            try {
                for (int i = 0; i < 990; i++) {
                    idle.add(new RawClient(server.port));
                }
                long begun = System.nanoTime();
                assertLives(server);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
                for (RawClient client : idle) {
                    assertThat(client.send(GOOD).response()).startsWith("HTTP/1.1 200");
                }
            } finally {
                for (RawClient client : idle) {
                    client.close();
                }
            }
        }
    }

    @Test
    void closesWhatIsHalfClosedWhereverThatHappens() throws Exception {
        try (TestServer server = server()) {
            // A client that says no more counts as one that has left: it may get its answer, and waits for nothing.
            for (int cut = GOOD.length(); cut >= 0; cut -= 7) {
                try (RawClient client = new RawClient(server.port)) {
                    client.send(GOOD.substring(0, cut));
                    client.endOutput();
                    assertThat(client.isClosedByServer()).as("after " + cut).isTrue();
                }
            }
            assertLives(server);
        }
    }

    @Test
    void forgetsConnectionsThatAreReset() throws Exception {
        try (TestServer server = server()) {
            for (int i = 0; i < 250; i++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port)) {
                    String begun = i % 3 == 0 ? PREFACE + SETTINGS : GOOD.substring(0, GOOD.length() * (i % 5) / 4);
                    socket.getOutputStream().write(begun.getBytes(StandardCharsets.ISO_8859_1));
                    socket.setSoLinger(true, 0); // closing it sends a reset
                }
            }
            // No more than 300 connections may be open: each one that was reset and still counted would be missing
            // here.
            List<RawClient> next = new ArrayList<>();
            try {
                for (int i = 0; i < 100; i++) {
                    next.add(new RawClient(server.port));
                    assertThat(next.getLast().send(GOOD).response()).startsWith("HTTP/1.1 200");
                }
            } finally {
                for (RawClient client : next) {
                    client.close();
                }
            }
        }
    }

    @Test
    void saysSoWhenThereAreTooManyConnections() throws Exception {
        ServerLimits few = new ServerLimits(
                1 << 20,
                4 << 10,
                1,
                Duration.ofSeconds(30),
                new Pace(1024, Duration.ofSeconds(5)),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2));
        try (TestServer server = new TestServer(few, 64 << 20);
                RawClient first = new RawClient(server.port)) {
            assertThat(first.send(GOOD).response()).startsWith("HTTP/1.1 200");
            try (RawClient second = new RawClient(server.port)) {
                assertThat(second.response()).startsWith("HTTP/1.1 503").contains("more than the 1 connections");
            }
        }
    }

    /** A short request is begun on the event loop, a long one has a thread of its own. */
    @ParameterizedTest
    @ValueSource(ints = {0, 20_000})
    void whatAClientThatLeavesHadAskedForIsGivenUp(int spaces) throws Exception {
        String body = BODY + " ".repeat(spaces);
        try (TestServer server = server()) {
            try (RawClient client = new RawClient(server.port)) {
                client.send(
                        INFER.replace("/echo/", "/blocking/") + "content-length: " + body.length() + "\r\n\r\n" + body);
                assertThat(server.blocking.entered.await(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(server.blocking.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void survivesMalformedHttp2() throws Exception {
        String[] frames = {
            "\0\0\5\0\0\0\0\0\0hello", // DATA on stream 0
            "\0\0\5\0\0\0\0\0\1hello", // DATA on an idle stream
            "\377\377\377\0\0\0\0\0\1", // a frame larger than allowed
            "\0\0\3\1\4\0\0\0\1\377\377\377", // a header block that is no HPACK
            "\0\0\4\10\0\0\0\0\0\0\0\0\0", // a window update of 0
            "\0\0\1\4\0\0\0\0\0x", // SETTINGS of a wrong length
            "\0\0\0\11\4\0\0\0\1", // CONTINUATION without HEADERS
        };
        try (TestServer server = server()) {
            for (String frame : frames) {
                try (RawClient client = new RawClient(server.port)) {
                    client.send(PREFACE + SETTINGS + frame);
                    assertThat(client.rest()).as(frame).isNotEmpty();
                }
            }
            Random random = new Random(11);
            for (int i = 0; i < 30; i++) {
                byte[] noise = new byte[200];
                random.nextBytes(noise);
                try (RawClient client = new RawClient(server.port)) {
                    client.send(PREFACE + SETTINGS);
                    client.send(noise);
                    client.endOutput();
                    assertThat(client.isClosedByServer()).isTrue();
                }
            }
            assertLives(server);
        }
    }
}
