package io.penstock.conformance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A small server of one model, {@code identity_fp32}, in JSON only; sound, or with one fault. */
final class FaultyServer implements AutoCloseable {
    /** What it does wrong. */
    enum Fault {
        NONE,
        FORGETS_IDS,
        CHANGES_AN_ELEMENT,
        TAKES_ANY_SHAPE,
        TAKES_ANY_NAME,
        SAYS_500,
        HAS_NO_ERROR_SENTENCE,
        ANSWERS_UNKNOWN_MODELS,
        SAYS_ANOTHER_MODEL
    }

    private static final long LARGEST_BODY = 64 << 20;

    private final Fault fault;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    FaultyServer(Fault fault) throws IOException {
        this.fault = fault;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String length = exchange.getRequestHeaders().getFirst("Content-Length");
            if (length != null && Long.parseLong(length) > LARGEST_BODY) {
                exchange.sendResponseHeaders(413, -1);
                return;
            }
            byte[] body = exchange.getRequestBody().readAllBytes();
            int status = 200;
            Object answer;
            try {
                answer = answer(
                        exchange.getRequestMethod(), exchange.getRequestURI().getPath(), body);
            } catch (Mismatch | IOException | StackOverflowError e) {
                status = fault == Fault.SAYS_500
                        ? 500
                        : String.valueOf(e.getMessage()).startsWith("nothing") ? 404 : 400;
                answer = fault == Fault.HAS_NO_ERROR_SENTENCE ? Map.of("detail", "no") : Map.of("error", "wrong: " + e);
            }
            byte[] bytes = Json.write(answer).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Object answer(String method, String path, byte[] body) throws IOException {
        String model = "/v2/models/identity_fp32";
        List<Map<String, Object>> tensor = List.of(Map.of("name", "x", "datatype", "FP32", "shape", List.of(-1)));
        return switch (method + " " + path) {
            case "GET /v2/health/live" -> Map.of("live", true);
            case "GET /v2/health/ready" -> Map.of("ready", true);
            case "GET /v2" -> Map.of("name", "faulty", "version", "1", "extensions", List.of());
            case "GET /v2/models" -> Map.of("models", List.of("identity_fp32"));
            case "GET /v2/models/identity_fp32", "GET /v2/models/identity_fp32/versions/1" ->
                Map.of(
                        "name",
                        "identity_fp32",
                        "versions",
                        List.of("1"),
                        "platform",
                        "java_test",
                        "inputs",
                        tensor,
                        "outputs",
                        tensor);
            case "GET /v2/models/identity_fp32/ready" -> Map.of("name", "identity_fp32", "ready", true);
            case "POST /v2/models/identity_fp32/infer", "POST /v2/models/identity_fp32/versions/1/infer" -> infer(body);
            default -> {
                if (fault == Fault.ANSWERS_UNKNOWN_MODELS && !path.startsWith(model)) {
                    yield Map.of("name", "any");
                }
                throw new Mismatch("nothing is at " + path);
            }
        };
    }

    private Object infer(byte[] body) throws IOException {
        if (new String(body, StandardCharsets.UTF_8).contains("[[[[")) {
            throw new Mismatch("nested too deeply");
        }
        Map<String, Object> request = Tree.object(Json.parse(body));
        List<Object> inputs = Tree.list(request, "inputs");
        Mismatch.unless(fault == Fault.TAKES_ANY_NAME || inputs.size() == 1, "one input is needed");
        Map<String, Object> input = Tree.object(inputs.getFirst());
        Mismatch.unless(fault == Fault.TAKES_ANY_NAME || "x".equals(input.get("name")), "no such input");
        Mismatch.unless("FP32".equals(input.get("datatype")), "not FP32");
        List<Long> shape = Tree.numbers(input, "shape");
        Values values = fault == Fault.TAKES_ANY_SHAPE
                ? loosely(Tree.list(input, "data"))
                : Values.fromJson(Datatype.FP32, checked(shape), Tree.member(input, "data"));
        outputs(request);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("model_name", fault == Fault.SAYS_ANOTHER_MODEL ? "another" : "identity_fp32");
        answer.put("model_version", "1");
        if (request.containsKey("id") && fault != Fault.FORGETS_IDS) {
            answer.put("id", request.getOrDefault("id", ""));
        }
        List<Object> data = new ArrayList<>(values.flatJson());
        if (fault == Fault.CHANGES_AN_ELEMENT && data.size() > 1) {
            data.set(1, 42);
        }
        answer.put("outputs", List.of(Map.of("name", "x", "datatype", "FP32", "shape", values.shape(), "data", data)));
        return answer;
    }

    private static Values loosely(List<Object> data) {
        return Values.fromJson(Datatype.FP32, List.of((long) data.size()), data);
    }

    private static List<Long> checked(List<Long> shape) {
        Mismatch.unless(shape.size() == 1 && shape.getFirst() >= 0 && shape.getFirst() < 1 << 20, "no such shape");
        return shape;
    }

    private static void outputs(Map<String, Object> request) {
        if (request.containsKey("outputs")) {
            Set<String> names = new HashSet<>();
            for (Object output : Tree.list(request, "outputs")) {
                String name = Tree.text(Tree.object(output), "name");
                Mismatch.unless(name.equals("x") && names.add(name), "no such output, or twice");
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
