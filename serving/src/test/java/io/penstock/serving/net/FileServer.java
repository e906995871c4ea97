package io.penstock.serving.net;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server in the test's process that gives a file, and misbehaves as it is told. */
public final class FileServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<String, Behaviour> behaviours = new ConcurrentHashMap<>();

    /** What happens to one request; {@code earlier} counts those before it to the same path. */
    public interface Behaviour {
        void answer(HttpExchange exchange, int earlier) throws IOException;
    }

    public FileServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public FileServer on(String path, Behaviour behaviour) {
        behaviours.put(path, behaviour);
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        int earlier = (int)
                requests.stream().filter(line -> line.startsWith(path + " ")).count();
        requests.add(path + " " + exchange.getRequestHeaders().entrySet());
        try (exchange) {
            behaviours
                    .getOrDefault(path, (e, _) -> e.sendResponseHeaders(404, -1))
                    .answer(exchange, earlier);
        }
    }

    /** Path and headers of every request so far. */
    public List<String> requests() {
        return requests;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** Gives a whole file. */
    public static Behaviour file(byte[] bytes, String etag) {
        return (exchange, _) -> {
            exchange.getResponseHeaders().set("ETag", etag);
            if (etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
                return;
            }
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Gives a file or the end of it, but no more than {@code most} bytes at once whatever it promises. */
    public static Behaviour ending(byte[] bytes, String etag, int most, boolean ranges) {
        return (exchange, _) -> {
            exchange.getResponseHeaders().set("ETag", etag);
            String range = exchange.getRequestHeaders().getFirst("Range");
            boolean goesOn = ranges
                    && range != null
                    && etag.equals(exchange.getRequestHeaders().getFirst("If-Range"));
            int from = goesOn ? Integer.parseInt(range.replaceAll("[^0-9]", "")) : 0;
            if (goesOn) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
            }
            exchange.sendResponseHeaders(goesOn ? 206 : 200, bytes.length - from);
            exchange.getResponseBody().write(bytes, from, Math.min(most, bytes.length - from));
            exchange.getResponseBody().flush();
        };
    }

    /** Gives the first {@code most} bytes and then nothing, until the server is closed. */
    public Behaviour stalling(byte[] bytes, int most) {
        return (exchange, _) -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes, 0, most);
            exchange.getResponseBody().flush();
            try {
                closing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    public static Behaviour status(int status) {
        return (exchange, _) -> exchange.sendResponseHeaders(status, -1);
    }

    public static Behaviour redirect(String to) {
        return (exchange, _) -> {
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    /** The first {@code times} requests end one way, the others another. */
    public static Behaviour first(int times, Behaviour one, Behaviour other) {
        return (exchange, earlier) -> (earlier < times ? one : other).answer(exchange, earlier);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
