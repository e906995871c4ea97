package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.server.net.ServerLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Far more bodies at once than the budget of bytes in flight holds. The clients send from one shared buffer and drop what
 * they read, so that what the process takes is the server's.
 */
class InFlightTest {
    private static final Duration REQUEST = Duration.ofMinutes(2);

    /** One connection and its one request. */
    private static final class Client {
        final SocketChannel channel;
        final ByteBuffer head;
        final ByteBuffer body;
        private final StringBuilder answer = new StringBuilder();
        private long left = -1;

        Client(SocketChannel channel, ByteBuffer shared) {
            this.channel = channel;
            this.body = shared.duplicate();
            this.head = ByteBuffer.wrap(String.join(
                            "\r\n",
                            "POST /v2/models/echo-uint8/infer HTTP/1.1",
                            "Host: localhost",
                            "Inference-Header-Content-Length: 0",
                            "Content-Length: " + shared.remaining(),
                            "",
                            "")
                    .getBytes(StandardCharsets.US_ASCII));
        }

        /** Whether all was sent, or nothing more is wanted. */
        boolean write() throws IOException {
            if (head.hasRemaining()) {
                channel.write(head);
            }
            if (!head.hasRemaining()) {
                channel.write(body);
            }
            return !head.hasRemaining() && !body.hasRemaining();
        }

        /** Whether the whole answer is here. */
        boolean read(ByteBuffer scratch) throws IOException {
            scratch.clear();
            int got = channel.read(scratch);
            if (got < 0) {
                throw new IOException("the connection ended after: " + answer);
            }
            scratch.flip();
            while (left < 0 && scratch.hasRemaining()) {
                answer.append((char) scratch.get());
                if (answer.toString().endsWith("\r\n\r\n")) {
                    left = Long.parseLong(answer.toString()
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("(?s).*content-length: ([0-9]+).*", "$1"));
                }
            }
            left -= left < 0 ? 0 : scratch.remaining();
            return left == 0;
        }

        String answer() {
            return answer.toString();
        }
    }

    /** What became of them. */
    private record Outcome(int answered, int refused, long peakInFlight, long peakResident, Duration took) {}

    private static Outcome post(TestServer server, int connections, int bodyBytes) throws IOException {
        ByteBuffer shared = ByteBuffer.allocateDirect(bodyBytes);
        ByteBuffer scratch = ByteBuffer.allocateDirect(256 << 10);
        List<Client> clients = new ArrayList<>();
        long begun = System.nanoTime();
        long peak = 0;
        long resident = 0;
        int answered = 0;
        int refused = 0;
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port));
                channel.configureBlocking(false);
                Client client = new Client(channel, shared);
                clients.add(client);
                channel.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE, client);
            }
            for (int rounds = 0; answered + refused < connections; rounds++) {
                selector.select(100);
                for (SelectionKey key : selector.selectedKeys()) {
                    Client client = (Client) key.attachment();
                    if (key.isReadable() && client.read(scratch)) {
                        boolean isAnswer = client.answer().startsWith("HTTP/1.1 200");
                        if (!isAnswer) {
                            assertThat(client.answer())
                                    .startsWith("HTTP/1.1 503")
                                    .containsIgnoringCase("retry-after: ");
                        }
                        answered += isAnswer ? 1 : 0;
                        refused += isAnswer ? 0 : 1;
                        key.cancel();
                        client.channel.close();
                    } else if (key.isWritable() && client.write()) {
                        key.interestOps(SelectionKey.OP_READ);
                    }
                    peak = Math.max(peak, server.pool.bytesInFlight());
                }
                selector.selectedKeys().clear();
                resident = rounds % 100 == 0 ? Math.max(resident, residentBytes()) : resident;
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .as("no client hangs")
                        .isLessThan(REQUEST.multipliedBy(2));
            }
            return new Outcome(answered, refused, peak, resident, Duration.ofNanos(System.nanoTime() - begun));
        } finally {
            for (Client client : clients) {
                client.channel.close();
            }
        }
    }

    private static long residentBytes() throws IOException {
        Path statm = Path.of("/proc/self/statm");
        return Files.exists(statm)
                ? 4096L * Long.parseLong(Files.readString(statm).split(" ", 3)[1])
                : 0;
    }

    private static ServerLimits limits() {
        return new ServerLimits(
                64 << 20, 16 << 10, 10_000, REQUEST, new ServerLimits.Pace(1, REQUEST), REQUEST, REQUEST);
    }

    private static void assertStaysWithin(int connections, int bodyBytes, long budget) throws Exception {
        try (TestServer server = new TestServer(limits(), budget)) {
            long before = residentBytes();
            Outcome outcome = post(server, connections, bodyBytes);
            System.getLogger(InFlightTest.class.getName())
                    .log(
                            System.Logger.Level.INFO,
                            "{0} bodies of {1} MiB, budget {2} MiB: {3} answered, {4} refused, peak in flight {5} MiB,"
                                    + " resident {6} MiB before and {7} MiB at most, {8} s",
                            connections,
                            bodyBytes >> 20,
                            budget >> 20,
                            outcome.answered(),
                            outcome.refused(),
                            outcome.peakInFlight() >> 20,
                            before >> 20,
                            outcome.peakResident() >> 20,
                            outcome.took().toMillis() / 1e3);
            assertThat(outcome.peakInFlight()).isBetween((long) bodyBytes, budget);
            assertThat(outcome.answered()).as("answered").isPositive();
            assertThat(outcome.refused()).as("refused").isPositive();
            assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
            Outcome alone = post(server, 1, bodyBytes);
            assertThat(alone.answered()).as("the next one, alone").isEqualTo(1);
        }
    }

    @Test
    @Timeout(300)
    void aHundredBodiesStayWithinABudgetOfSixteen() throws Exception {
        assertStaysWithin(100, 2 << 20, 32 << 20);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void aThousandBodiesOfSixtyMebibytesStayWithinAGibibyte() throws Exception {
        assertStaysWithin(1_000, 60 << 20, 1L << 30);
    }
}
