package io.penstock.app;

import com.sun.net.httpserver.HttpServer;
import io.penstock.backend.onnxruntime.TinyOnnx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A web server with one small model, {@code /tiny.onnx}, and one that never comes to its end, {@code /slow.onnx}. */
final class ModelServer implements AutoCloseable {
    private final byte[] model = TinyOnnx.identity(1, -1, 4).bytes();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch slowAsked = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);

    ModelServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/tiny.onnx", exchange -> {
            try (exchange) {
                requests.incrementAndGet();
                exchange.getResponseHeaders().set("ETag", "\"1\"");
                boolean known = "\"1\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
                exchange.sendResponseHeaders(known ? 304 : 200, known ? -1 : model.length);
                if (!known) {
                    exchange.getResponseBody().write(model);
                }
            }
        });
        server.createContext("/slow.onnx", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 1_000_000);
                exchange.getResponseBody().write(model);
                exchange.getResponseBody().flush();
                slowAsked.countDown();
                closing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    String uri(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    int requests() {
        return requests.get();
    }

    boolean awaitSlowRequest(Duration atMost) throws InterruptedException {
        return slowAsked.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
