package io.penstock.conformance;

import static io.penstock.conformance.Mismatch.unless;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** E: many at once, too much at once, and clients that are slow or leave. */
final class LoadChecks {
    private static final int AT_ONCE = 128;
    private static final int SLOW_CLIENTS = 32;
    private static final int DEPTH = 100_000;

    private LoadChecks() {}

    static List<Check> all() {
        return List.of(
                Check.must(
                        "E1.burst",
                        "of 128 requests at once each is answered, or refused with 429 or 503",
                        LoadChecks::burst),
                Check.must(
                        "E2.slow",
                        "32 clients that stop in the middle of a body hold nobody up",
                        LoadChecks::slowClients),
                Check.must(
                        "E3.leaving",
                        "clients that leave in the middle of a body leave the server as it was",
                        LoadChecks::leaving),
                Check.must(
                        "E4.nesting",
                        "JSON that is nested 100000 deep is a 4xx, and the server lives on",
                        LoadChecks::nesting),
                Check.should("E5.too-large", "a body of 1 TiB is refused before it is read", LoadChecks::tooLarge),
                Check.must(
                        "E6.keep-alive",
                        "a refused request leaves its connection usable or closes it",
                        LoadChecks::keepAlive));
    }

    private static void burst(Subject s) throws Exception {
        ModelFace model = s.model();
        InferBody body = InferBody.of(model.tameInputs());
        Map<Integer, Integer> statuses = new TreeMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                answers.add(threads.submit(() -> s.http().infer(model, body).status()));
            }
            for (Future<Integer> answer : answers) {
                statuses.merge(answer.get(), 1, Integer::sum);
            }
        } catch (ExecutionException e) {
            throw new Mismatch("a request was not answered at all: " + e.getCause());
        }
        unless(statuses.containsKey(200), "no request was answered with 200: " + statuses);
        unless(
                statuses.keySet().stream().allMatch(status -> status == 200 || status == 429 || status == 503),
                "statuses and how often they came: " + statuses);
    }

    private static Socket connect(URI address) throws IOException {
        if (!"http".equals(address.getScheme())) {
            throw new Inapplicable("broken requests are only sent over plain HTTP");
        }
        Socket socket = new Socket(address.getHost(), address.getPort() > 0 ? address.getPort() : 80);
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** The head of a request for inference whose body is said to have this length. */
    private static byte[] head(Subject s, long length) {
        URI address = s.http().address();
        return ("POST " + HttpSide.inferPath(s.model()) + " HTTP/1.1\r\nHost: " + address.getHost() + ":"
                        + address.getPort() + "\r\nContent-Type: application/json\r\nContent-Length: " + length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static void slowClients(Subject s) throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < SLOW_CLIENTS; i++) {
                Socket socket = connect(s.http().address());
                slow.add(socket);
                socket.getOutputStream().write(head(s, 1000));
                socket.getOutputStream().write("{\"inputs\":[".getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
            }
            long begun = System.nanoTime();
            s.http().infer(s.model(), InferBody.of(s.model().tameInputs())).ok();
            double seconds = (System.nanoTime() - begun) / 1e9;
            unless(seconds < 5, "another client waited " + seconds + " s for its answer");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static void leaving(Subject s) throws Exception {
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            try (Socket socket = connect(s.http().address())) {
                socket.getOutputStream().write(head(s, 1_000_000));
                socket.getOutputStream().write(new byte[1000]);
            }
        }
        s.http().infer(s.model(), InferBody.of(s.model().tameInputs())).ok();
    }

    private static void nesting(Subject s) throws Exception {
        ModelFace model = s.model();
        NamedValues input = model.tameInputs().getFirst();
        String deep = "[".repeat(DEPTH) + "1" + "]".repeat(DEPTH);
        HttpReply reply = s.http()
                .infer(
                        model,
                        new InferBody()
                                .input(
                                        input.name(),
                                        input.values().type().name(),
                                        input.values().shape(),
                                        new Json.Verbatim(deep)));
        unless(reply.status() >= 400 && reply.status() < 500, reply.shown());
        s.checkAlive();
    }

    private static void tooLarge(Subject s) throws Exception {
        try (Socket socket = connect(s.http().address())) {
            socket.getOutputStream().write(head(s, 1L << 40));
            socket.getOutputStream().flush();
            String line = firstLine(socket.getInputStream());
            unless(line.matches("HTTP/1\\.[01] 4\\d\\d.*") || line.isEmpty(), "came: " + line);
        }
        s.checkAlive();
    }

    private static String firstLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\r' && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private static void keepAlive(Subject s) throws Exception {
        ModelFace model = s.model();
        for (int i = 0; i < 20; i++) {
            unless(
                    s.http().post(HttpSide.inferPath(model), "{\"inputs\":[").status() >= 400,
                    "broken JSON was answered");
            s.http().infer(model, InferBody.of(model.tameInputs())).ok();
        }
    }
}
