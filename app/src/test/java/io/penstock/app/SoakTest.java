package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import javax.management.ObjectName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Mixed traffic for ten minutes, over REST, gRPC, pictures, streams and bad input: memory does not grow. The system property
 * {@code penstock.soak.seconds} makes it shorter.
 */
@Tag("long")
@Timeout(1_200)
class SoakTest {
    private static final String CAMERA = "/pipelines/street/streams/gate";
    private static final int SAMPLES = 50;
    private static final double GROWTH = 1.10;

    private final AtomicBoolean over = new AtomicBoolean();
    /** A caller has ended, which none does in time unless it failed. */
    private final CountDownLatch ended = new CountDownLatch(1);

    private final LongAdder closedFirst = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder refusals = new LongAdder();
    private final HttpClient client = HttpClient.newHttpClient();
    private String address = "";
    private int port;

    /** A kind of caller: what it does again and again. */
    @FunctionalInterface
    private interface Caller {
        void call(Random random) throws Exception;
    }

    /**
     * @param nativeBytes what is resident and is neither the Java heap nor a file's pages: pools, native libraries, the JVM
     */
    private record Memory(long heapBytes, long nativeBytes, long residentBytes) {}

    /** How often it called, once the time is over. */
    private long repeat(int seed, Caller caller) throws Exception {
        Random random = new Random(seed);
        long calls = 0;
        try {
            while (!over.get()) {
                caller.call(random);
                calls++;
            }
            return calls;
        } finally {
            ended.countDown();
        }
    }

    private HttpResponse<byte[]> send(String path, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofByteArray(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private void good(HttpResponse<byte[]> answer) {
        assertThat(answer.statusCode()).isIn(200, 503);
        answers.increment();
    }

    private void readSome(String path, int bytes) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path)).build();
        try (InputStream body =
                client.send(request, BodyHandlers.ofInputStream()).body()) {
            assertThat(body.readNBytes(bytes)).hasSize(bytes);
            answers.increment();
        }
    }

    /** What it sends is noise, a bent inference or half a body; that the server lives on shows everywhere else. */
    private void misbehave(Random random) throws IOException {
        byte[] noise = new byte[random.nextInt(1, 2_000)];
        random.nextBytes(noise);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            if (random.nextBoolean()) {
                socket.getOutputStream()
                        .write(
                                "POST /v2/models/street/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
            }
            socket.getOutputStream().write(noise);
            socket.shutdownOutput();
            socket.setSoLinger(random.nextBoolean(), 0);
            assertThat(socket.getInputStream().read()).isBetween(-1, 255);
        } catch (IOException e) {
            closedFirst.increment(); // as the server may
        }
        refusals.increment();
    }

    private int grpc(int seconds) {
        StringWriter said = new StringWriter();
        Console console = new Console(new PrintWriter(said, true), new PrintWriter(said, true));
        int code = new CommandLine(new BenchCommand(console))
                .execute(
                        address,
                        "--model",
                        "street-detector",
                        "--protocol",
                        "grpc",
                        "--concurrency",
                        "2",
                        "--duration",
                        seconds + "s",
                        "--warmup",
                        "0s");
        assertThat(code).as(said.toString()).isZero();
        return code;
    }

    /** After a collection, and with what the C library keeps for later given back to the system. */
    private static Memory measure() throws Exception {
        System.gc();
        System.gc();
        ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "systemTrimNativeHeap",
                        new Object[0],
                        new String[0]);
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long resident = status("VmRSS:");
        // The heap's own pages come and go with each collection.
        return new Memory(heap.getUsed(), status("RssAnon:") - heap.getCommitted(), resident);
    }

    private static long status(String name) throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(each -> each.startsWith(name))
                .findFirst()
                .orElseThrow();
        return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    @Test
    void memoryStaysFlatUnderMixedTraffic(@TempDir Path home) throws Exception {
        int seconds = Integer.getInteger("penstock.soak.seconds", 600);
        Documents documents = Checkout.documents();
        List<Memory> samples = new ArrayList<>();
        try (Engine engine = Engine.start(Checkout.folders(home), documents.server());
                ServerProcess process = new ServerProcess(engine, documents, Instant.now());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            port = process.start();
            address = "http://127.0.0.1:" + port;
            byte[] picture = picture();
            List<Future<?>> callers = List.of(
                    threads.submit(() ->
                            repeat(1, _ -> good(send("/pipelines/street", picture, "Content-Type", "image/jpeg")))),
                    threads.submit(() -> repeat(
                            2,
                            _ -> good(send(
                                    "/pipelines/street",
                                    picture,
                                    "Content-Type",
                                    "image/jpeg",
                                    "Accept",
                                    "image/png")))),
                    threads.submit(() -> repeat(
                            3,
                            _ -> good(
                                    send("/v2/models/street/infer", picture, "Inference-Header-Content-Length", "0")))),
                    threads.submit(() -> repeat(4, _ -> readSome(CAMERA + "/video.mjpeg", 100_000))),
                    threads.submit(() -> repeat(5, _ -> readSome(CAMERA + "/results", 2_000))),
                    threads.submit(() -> repeat(6, this::misbehave)),
                    threads.submit(() -> grpc(seconds)));
            for (int i = 0; i < SAMPLES; i++) {
                if (ended.await(1_000L * seconds / SAMPLES, TimeUnit.MILLISECONDS)) {
                    break; // its future says why
                }
                samples.add(measure());
            }
            over.set(true);
            for (Future<?> caller : callers) {
                caller.get(60, TimeUnit.SECONDS);
            }
            assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
            assertThat(engine.pool().openLeases()).isZero();
        }
        assertThat(samples).hasSize(SAMPLES);
        report(seconds, samples);
        assertFlat(samples, "heap after GC", Memory::heapBytes);
        assertFlat(samples, "native memory", Memory::nativeBytes);
    }

    private byte[] picture() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + CAMERA + "/frame.jpg"))
                .build();
        HttpResponse<byte[]> frame = client.send(request, BodyHandlers.ofByteArray());
        while (frame.statusCode() != 200) {
            frame = client.send(request, BodyHandlers.ofByteArray());
        }
        return frame.body();
    }

    private void report(int seconds, List<Memory> samples) {
        StringBuilder out = new StringBuilder();
        for (int fifth = 0; fifth < 5; fifth++) {
            out.append("\n  fifth ").append(fifth + 1).append(": heap after GC ");
            out.append(mean(samples, fifth, Memory::heapBytes) >> 20).append(" MiB, native ");
            out.append(mean(samples, fifth, Memory::nativeBytes) >> 20).append(" MiB, resident ");
            out.append(mean(samples, fifth, Memory::residentBytes) >> 20).append(" MiB");
        }
        System.getLogger(SoakTest.class.getName())
                .log(
                        System.Logger.Level.INFO,
                        "soak of " + seconds + " s: " + answers.sum() + " answers beside gRPC, " + refusals.sum()
                                + " bad connections, " + closedFirst.sum() + " of them closed by the server" + out);
    }

    private static long mean(List<Memory> samples, int fifth, ToLongFunction<Memory> what) {
        int each = samples.size() / 5;
        return (long) samples.subList(fifth * each, (fifth + 1) * each).stream()
                .mapToLong(what)
                .average()
                .orElseThrow();
    }

    private static void assertFlat(List<Memory> samples, String name, ToLongFunction<Memory> what) {
        assertThat((double) mean(samples, 4, what))
                .as(name + ", the last fifth against the second")
                .isLessThan(GROWTH * mean(samples, 1, what));
    }
}
