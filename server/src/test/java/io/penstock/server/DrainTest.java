package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.server.net.HostPolicy;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DrainTest {
    private static final String BODY =
            "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}";
    private static final String INFER = "POST /v2/models/echo/infer HTTP/1.1\r\nhost: localhost\r\ncontent-length: "
            + BODY.length() + "\r\n\r\n" + BODY;

    @Test
    void failsNoRequestUnderLoad() throws Exception {
        try (TestServer server = new TestServer();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch warm = new CountDownLatch(16 * 20);
            AtomicInteger answered = new AtomicInteger();
            List<Future<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                clients.add(threads.submit(() -> {
                    try (RawClient client = new RawClient(server.port)) {
                        String answer;
                        do {
                            answer = client.send(INFER).response();
                            answered.incrementAndGet();
                            warm.countDown();
                        } while (answer.startsWith("HTTP/1.1 200") && !answer.contains("connection: close"));
                        return answer.startsWith("HTTP/1.1 200");
                    }
                }));
            }
            assertThat(warm.await(20, TimeUnit.SECONDS)).isTrue();

            assertThat(server.server.drain(Duration.ofSeconds(10))).isTrue();

            for (Future<Boolean> client : clients) {
                assertThat(client.get(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(answered.get()).isGreaterThanOrEqualTo(16 * 20);
            assertThatThrownBy(() -> new RawClient(server.port)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void waitsForWhatIsUnderWayAndSaysItIsNotReady() throws Exception {
        try (TestServer server = new TestServer();
                RawClient busy = new RawClient(server.port);
                RawClient probe = new RawClient(server.port);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(probe.send("GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n")
                            .response())
                    .startsWith("HTTP/1.1 200");
            busy.send(INFER.replace("/echo/", "/blocking/"));
            assertThat(server.blocking.entered.await(10, TimeUnit.SECONDS)).isTrue();

            Future<Boolean> drained = threads.submit(() -> server.server.drain(Duration.ofSeconds(20)));
            awaitRefusal(server.port);
            String answer = probe.send("GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    .response();
            assertThat(answer).startsWith("HTTP/1.1 503").contains("draining").contains("connection: close");

            server.blocking.released.countDown();
            assertThat(busy.response()).startsWith("HTTP/1.1 200").contains("connection: close");
            assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void awaitRefusal(int port) {
        boolean refused = false;
        while (!refused) {
            try {
                new RawClient(port).close();
            } catch (IOException e) {
                refused = true;
            }
        }
    }

    @Test
    void givesUpOnWhatTakesTooLong() throws Exception {
        try (TestServer server = new TestServer();
                RawClient busy = new RawClient(server.port)) {
            busy.send(INFER.replace("/echo/", "/blocking/"));
            assertThat(server.blocking.entered.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(server.server.drain(Duration.ofMillis(300))).isFalse();
            server.server.close();

            assertThat(server.blocking.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(busy::response).isInstanceOf(IOException.class);
        }
    }

    @Test
    void saysThatAPortIsInUse() throws Exception {
        try (TestServer server = new TestServer()) {
            ServerContext context = server.context;
            try (PenstockServer second =
                    new PenstockServer(context, TestServer.LIMITS, PenstockServer.Edge.open(HostPolicy.open()))) {
                assertThatThrownBy(() -> second.start("127.0.0.1", server.port))
                        .isInstanceOf(ServerStartException.class)
                        .hasMessage("port " + server.port + " is in use");
            }
        }
    }
}
