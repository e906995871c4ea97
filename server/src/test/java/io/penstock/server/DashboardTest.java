package io.penstock.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.server.RawWebSocket.Frame;
import io.penstock.server.net.ServerLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class DashboardTest {
    private static final String FULL =
            "{\"subscribe\":[{\"pipeline\":\"street\",\"stream\":\"gate\",\"view\":\"full\"}]}";
    private static final String TILE = FULL.replace("full", "tile");

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawWebSocket connect(String... headers) {
        try {
            return new RawWebSocket(server.port, headers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void acceptsAPageOfThisServerAndAProgramWithoutAnOrigin() throws Exception {
        try (RawWebSocket page = connect("origin: http://127.0.0.1:" + server.port);
                RawWebSocket named = connect("host: localhost", "origin: http://LOCALHOST:80");
                RawWebSocket program = connect()) {
            assertThat(page.answer)
                    .startsWith("HTTP/1.1 101")
                    .contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "x-request-id")
                    .doesNotContain("extensions");
            assertThat(named.answer).startsWith("HTTP/1.1 101");
            assertThat(program.answer).startsWith("HTTP/1.1 101");
        }
    }

    @Test
    void refusesThePagesOfOthers() throws Exception {
        String here = "127.0.0.1:" + server.port;
        for (String origin :
                List.of("http://evil.example", "null", "http://127.0.0.1:1", "http://" + here + ".evil.example", "%")) {
            try (RawWebSocket refused = connect("origin: " + origin)) {
                assertThat(refused.answer).as(origin).startsWith("HTTP/1.1 403");
            }
        }
        try (RawWebSocket rebound = connect("host: evil.example", "origin: http://evil.example")) {
            assertThat(rebound.answer).startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void refusesAWrongHandshake() throws Exception {
        try (RawWebSocket old = connect("sec-websocket-version: 8");
                RawWebSocket keyless = connect("sec-websocket-key: short")) {
            assertThat(old.answer).startsWith("HTTP/1.1 400");
            assertThat(keyless.answer).startsWith("HTTP/1.1 400");
        }
        HttpResponse<String> plain = server.get("/dashboard/live");
        assertThat(plain.statusCode()).isEqualTo(426);
        assertThat(plain.headers().firstValue("upgrade")).hasValue("websocket");
    }

    @Test
    void refusesMoreViewersThanAllowed() throws Exception {
        List<RawWebSocket> viewers = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            viewers.add(connect());
        }
        try (RawWebSocket tooMany = connect()) {
            assertThat(tooMany.answer).startsWith("HTTP/1.1 503");
        }
        viewers.removeLast().close();
        String answer = "";
        while (!answer.startsWith("HTTP/1.1 101")) {
            try (RawWebSocket next = connect()) {
                answer = next.answer;
            }
        }
        for (RawWebSocket viewer : viewers) {
            viewer.close();
        }
    }

    @Test
    void sendsFiguresAtOnceAndAgain() throws Exception {
        server.pipeline.publish(0);
        try (RawWebSocket viewer = connect().send("{\"stats\":true}")) {
            assertThat(viewer.next(RawWebSocket.TEXT).text())
                    .startsWith("{\"type\":\"stats\",\"elapsedSeconds\":")
                    .contains("\"streams\":{\"street/gate\":{\"captured\":1,")
                    .contains("\"pipelines\":[{\"name\":\"street\",\"model\":\"echo\",\"mediaTypes\":[\"image/jpeg\",")
                    .contains(
                            "{\"name\":\"gate\",\"state\":\"live\",\"stages\":{\"frames\":1,\"queueSeconds\":0.000000,"
                                    + "\"preprocessSeconds\":0.001000,")
                    .contains("\"loaded\":{\"echo\":{\"version\":\"1\",\"platform\":")
                    .contains("\"backend\":\"echo\",\"device\":\"CPU\",\"bytes\":7,\"instances\":1,\"threads\":2,")
                    .contains("\"unready\":[]", "\"bytesInFlight\":", "\"nowMillis\":")
                    .containsOnlyOnce("\"bytesInFlight\":")
                    .containsOnlyOnce("\"pipelines\":");
            assertThat(viewer.next(RawWebSocket.TEXT).text()).contains("stats");
        }
    }

    @Test
    void sendsPicturesWithTheirResults() throws Exception {
        server.pipeline.publish(7);
        try (RawWebSocket viewer = connect().send(FULL)) {
            Frame frame = viewer.next(RawWebSocket.BINARY);

            assertThat(frame.header())
                    .startsWith(
                            "{\"sequence\":1,\"view\":\"full\",\"id\":\"street/gate/0/7\",\"pipeline\":\"street\",\"stream\":\"gate\"")
                    .contains("\"label\":\"car\"", "\"preprocessSeconds\":0.001");
            assertThat(frame.jpeg()).isEqualTo("a jpeg".getBytes(UTF_8));

            viewer.send(TILE);
            assertThat(viewer.next(RawWebSocket.BINARY).jpeg()).isEqualTo("a tile".getBytes(UTF_8));
            server.pipeline.publish(8);
            assertThat(viewer.next(RawWebSocket.BINARY).header()).contains("\"frame\":8", "\"view\":\"tile\"");
        }
    }

    @Test
    void saysWhatIsWrongWithAMessageAndGoesOn() throws Exception {
        try (RawWebSocket viewer = connect()) {
            for (String[] wrong : new String[][] {
                {"hello", "the message is not JSON"},
                {"[]", "a message is a JSON object"},
                {"{\"stats\":1}", "stats must be true or false"},
                {"{\"stats\":true}x", "the message is not JSON"},
                {"{\"subscribe\":{}}", "subscribe must be a list"},
                {"{\"subscribe\":[1]}", "is an object with pipeline, stream and view"},
                {"{\"subscribe\":[{\"size\":\"s\"}]}", "'size' is not known"},
                {"{\"subscribe\":[{\"stream\":1}]}", "'stream' must be a string"},
                {"{\"subscribe\":[", "the message is not JSON"},
                {"{\"other\":true}", "'other' is not known; there are subscribe and stats"},
                {FULL.replace("full", "huge"), "view is 'huge'; it must be full or tile"},
                {FULL.replace("gate", "yard"), "there is no stream street/yard"},
            }) {
                assertThat(viewer.send(wrong[0]).next(RawWebSocket.TEXT).text())
                        .as(wrong[0])
                        .startsWith("{\"type\":\"error\",\"error\":\"")
                        .contains(wrong[1]);
            }
            server.pipeline.publish(0);
            assertThat(viewer.send(FULL).next(RawWebSocket.BINARY).sequence()).isEqualTo(1);
        }
    }

    @Test
    void closesOnWhatItDoesNotUnderstand() throws Exception {
        byte[] half = " ".repeat(10_000).getBytes(UTF_8);
        try (RawWebSocket large = connect().frame(0x81, " ".repeat(20_000).getBytes(UTF_8));
                RawWebSocket pieces = connect().frame(0x01, half).frame(0x80, half);
                RawWebSocket binary = connect().frame(0x82, new byte[3]);
                RawWebSocket noText = connect().frame(0x81, new byte[] {(byte) 0xC3, 0x28});
                RawWebSocket reserved = connect().frame(0xF1, new byte[1])) {
            assertThat(large.next(RawWebSocket.CLOSE).closeCode()).isEqualTo(1009);
            assertThat(pieces.next(RawWebSocket.CLOSE).closeCode()).isEqualTo(1009);
            assertThat(binary.next(RawWebSocket.CLOSE).closeCode()).isEqualTo(1003);
            assertThat(noText.next(RawWebSocket.CLOSE).closeCode()).isEqualTo(1007);
            assertThat(reserved.next(RawWebSocket.CLOSE).closeCode()).isEqualTo(1002);
            assertThat(large.isEnded()).isTrue();
        }
    }

    @Test
    void answersAPingAndAClose() throws Exception {
        try (RawWebSocket viewer = connect()) {
            assertThat(viewer.frame(0x89, new byte[] {7})
                            .next(RawWebSocket.PONG)
                            .payload())
                    .containsExactly(7);
            viewer.frame(0x88, new byte[] {0x03, (byte) 0xE8});
            assertThat(viewer.next(RawWebSocket.CLOSE).closeCode()).isEqualTo(1000);
            assertThat(viewer.isEnded()).isTrue();
        }
    }

    @Test
    void slowViewerGetsTheNewestAndHoldsNobodyUp() throws Exception {
        server.pipeline.jpeg = new byte[1 << 20];
        try (RawWebSocket slow = connect().send(FULL).settle();
                RawWebSocket fast = connect().send(FULL).settle()) {
            int frames = 40;
            for (int i = 1; i <= frames; i++) {
                server.pipeline.publish(i);
                assertThat(fast.next(RawWebSocket.BINARY).sequence()).isEqualTo(i);
            }

            List<Long> got = new ArrayList<>();
            while (got.isEmpty() || got.getLast() < frames) {
                got.add(slow.next(RawWebSocket.BINARY).sequence());
            }
            assertThat(got).isSorted().doesNotHaveDuplicates().hasSizeLessThan(20);
            assertThat(server.pipeline.stream.framesSent()).isEqualTo(frames + got.size());
            assertThat(server.pipeline.stream.framesSuperseded()).isEqualTo(frames - got.size());
            assertThat(server.pipeline.encoded).hasValue(frames);
        }
    }

    @Test
    void encodesOnceForAllAndNothingForNobody() throws Exception {
        server.pipeline.publish(0);
        assertThat(server.pipeline.encoded).hasValue(0);
        try (RawWebSocket first = connect().send(FULL);
                RawWebSocket second = connect().send(FULL);
                RawWebSocket third = connect().send(FULL)) {
            for (RawWebSocket viewer : List.of(first, second, third)) {
                assertThat(viewer.next(RawWebSocket.BINARY).sequence()).isEqualTo(1);
            }
            assertThat(server.pipeline.encoded).hasValue(1);

            for (RawWebSocket viewer : List.of(first, second, third)) {
                viewer.send("{\"subscribe\":[]}").settle();
            }
            server.pipeline.publish(1);
            assertThat(first.send(TILE).next(RawWebSocket.BINARY).header()).contains("\"frame\":1", "tile");
            assertThat(server.pipeline.encoded).hasValue(2);
        }
    }

    @Test
    void tilesComeAtMostFiveTimesASecond() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread camera = Thread.ofVirtual().start(() -> {
            for (long frame = 0; !over.get(); frame++) {
                server.pipeline.publish(frame);
                LockSupport.parkNanos(5_000_000);
            }
        });
        try (RawWebSocket viewer = connect().send(TILE)) {
            long first = viewer.next(RawWebSocket.BINARY).sequence();
            long started = System.nanoTime();
            long last = first;
            for (int i = 0; i < 5; i++) {
                last = viewer.next(RawWebSocket.BINARY).sequence();
            }
            // Four intervals of 200 ms, less what a busy machine may delay the first frame.
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(500));
            assertThat(last - first).isGreaterThan(5);
        } finally {
            over.set(true);
            camera.join();
        }
    }

    @Test
    void aStreamThatComesBackIsSeenAgain() throws Exception {
        server.pipeline.publish(0);
        try (RawWebSocket viewer = connect().send("{\"stats\":true}").send(FULL)) {
            assertThat(viewer.next(RawWebSocket.BINARY).header()).contains("\"frame\":0");

            server.pipeline.replaceStream();
            server.pipeline.publish(5);

            Frame frame = viewer.next(RawWebSocket.BINARY);
            assertThat(frame.sequence()).isEqualTo(1);
            assertThat(frame.header()).contains("\"frame\":5");
        }
    }

    @Test
    void manyWhoComeAndGoLeaveNothingBehind() throws Exception {
        try (ExecutorService viewers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> all = new ArrayList<>();
            server.pipeline.publish(0);
            for (int i = 0; i < 60; i++) {
                String view = i % 2 == 0 ? FULL : TILE;
                all.add(viewers.submit(() -> {
                    try (RawWebSocket viewer =
                            connect().send("{\"stats\":true}").send(view)) {
                        return viewer.next(RawWebSocket.BINARY).sequence();
                    }
                }));
                server.pipeline.publish(i + 1);
            }
            for (Future<Long> viewer : all) {
                assertThat(viewer.get()).isPositive();
            }
        }
        // Only the stream's newest frame may be held; closing the server checks the rest.
        server.pipeline.awaitOpen(1);
    }

    @Test
    void saysThatItIsStoppingWhenItDrains() throws Exception {
        server.pipeline.publish(0);
        try (RawWebSocket viewer = connect().send(FULL)) {
            viewer.next(RawWebSocket.BINARY);

            assertThat(server.server.drain(Duration.ofSeconds(10))).isTrue();

            Frame close = viewer.next(RawWebSocket.CLOSE);
            assertThat(close.closeCode()).isEqualTo(1001);
            assertThat(new String(close.payload(), 2, close.payload().length - 2, UTF_8))
                    .isEqualTo("the server is stopping");
            assertThat(viewer.isEnded()).isTrue();
        }
    }

    @Test
    void pingsAndClosesWhoIsSilent() throws Exception {
        ServerLimits usual = TestServer.LIMITS;
        ServerLimits impatient = new ServerLimits(
                usual.maxBodyBytes(),
                usual.maxHeaderBytes(),
                usual.maxConnections(),
                Duration.ofMillis(600),
                usual.slowestBody(),
                usual.requestDeadline(),
                usual.writeDeadline());
        try (TestServer other = new TestServer(impatient, 512L << 20);
                RawWebSocket silent = new RawWebSocket(other.port)) {
            assertThat(silent.next(RawWebSocket.PING).payload()).isEmpty();
            while (true) {
                try {
                    silent.next();
                } catch (IOException e) { // an end or a reset: the server has closed
                    break;
                }
            }
        }
    }
}
