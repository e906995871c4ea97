package io.penstock.app;

import io.penstock.app.client.Connections;
import io.penstock.app.client.GrpcCall;
import io.penstock.app.client.HttpCall;
import io.penstock.app.client.Lane;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A server of the Open Inference Protocol at an address, ours or another; or anything that answers HTTP at an address
 * with a path.
 */
final class RemoteBench implements BenchTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String INFER = "/inference.GRPCInferenceService/ModelInfer";
    private static final String JSON = "application/json";

    private final URI address;
    private final BenchRequest request;
    private final Connections connections = new Connections();
    private final Map<String, Supplier<Lane>> calls = new LinkedHashMap<>();

    /**
     * Looks at the server, and makes the requests ready.
     *
     * @param grpc where gRPC answers, if load is to go there
     * @throws CommandException if the server cannot be reached, or does not have the model
     */
    RemoteBench(URI address, Optional<URI> grpc, BenchRequest request) throws InterruptedException {
        this.address = address;
        this.request = request;
        boolean ready = false;
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build()) {
            if (hasPath()) {
                HttpCall call = plain();
                calls.put(address.getRawPath(), () -> connections.http(call));
            } else {
                prepare(new Metadata(client), grpc);
            }
            ready = true;
        } finally {
            if (!ready) {
                connections.close();
            }
        }
    }

    private boolean hasPath() {
        return address.getRawPath() != null && !address.getRawPath().matches("/?");
    }

    /** The address itself, whatever answers there. */
    private HttpCall plain() {
        return switch (request.input()) {
            case BenchInput.Made _ -> HttpCall.plainGet(address, request.headers());
            case BenchInput.Image image -> post(address, image.mediaType(), BenchBodies.bytes(image.bytes()));
            case BenchInput.JsonBody body -> post(address, JSON, BenchBodies.bytes(body.bytes()));
            case BenchInput.TensorFile file ->
                post(address, "application/octet-stream", BenchBodies.bytes(file.bytes()));
        };
    }

    private HttpCall post(URI where, String mediaType, byte[] body, HttpCall.Header... more) {
        List<HttpCall.Header> headers = new ArrayList<>(request.headers());
        if (headers.stream().noneMatch(header -> header.name().equalsIgnoreCase("content-type"))) {
            headers.add(new HttpCall.Header("content-type", mediaType));
        }
        headers.addAll(List.of(more));
        return HttpCall.post(where, headers, body);
    }

    private void prepare(Metadata server, Optional<URI> grpc) throws InterruptedException {
        Map<?, ?> identity = server.object("/v2");
        for (String name : names(server)) {
            if (grpc.isPresent()) {
                GrpcCall call = new GrpcCall(
                        grpc.get(),
                        INFER,
                        request.headers(),
                        new BenchBodies(server.model(name), request.input(), request.shapes()).grpc());
                calls.put(name, () -> connections.grpc(call));
            } else {
                HttpCall call = http(server, name, identity);
                calls.put(name, () -> connections.http(call));
            }
        }
    }

    private HttpCall http(Metadata server, String name, Map<?, ?> identity) throws InterruptedException {
        URI infer = address.resolve(path(name) + "/infer");
        if (request.input() instanceof BenchInput.JsonBody body) {
            return post(infer, JSON, BenchBodies.bytes(body.bytes()));
        }
        if (request.input() instanceof BenchInput.Image image && "penstock".equals(identity.get("name"))) {
            return post(
                    address.resolve("/pipelines/" + encoded(name)),
                    image.mediaType(),
                    BenchBodies.bytes(image.bytes()));
        }
        BenchBodies bodies = new BenchBodies(server.model(name), request.input(), request.shapes());
        boolean isBinary = switch (request.encoding()) {
            case AUTO ->
                identity.get("extensions") instanceof List<?> extensions && extensions.contains("binary_tensor_data");
            case BINARY -> true;
            case JSON -> false;
        };
        if (!isBinary) {
            return post(infer, JSON, BenchBodies.bytes(bodies.json().body()));
        }
        BenchBodies.Rest body = bodies.binary();
        return post(
                infer,
                "application/octet-stream",
                BenchBodies.bytes(body.body()),
                new HttpCall.Header("inference-header-content-length", Integer.toString(body.jsonBytes())));
    }

    private List<String> names(Metadata server) throws InterruptedException {
        if (!request.models().isEmpty()) {
            return request.models();
        }
        List<String> found = new ArrayList<>();
        if (server.object("/v2/models").get("models") instanceof List<?> list) {
            list.forEach(name -> found.add(String.valueOf(name)));
        }
        if (found.size() != 1) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "name a model by --model; there " + (found.isEmpty() ? "is no list of them" : "are " + found));
        }
        return found;
    }

    private static String path(String model) {
        return "/v2/models/" + encoded(model);
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }

    /** Asks before the load begins. */
    private final class Metadata {
        private final HttpClient client;

        Metadata(HttpClient client) {
            this.client = client;
        }

        BenchModel model(String name) throws InterruptedException {
            Map<?, ?> metadata = object(path(name));
            if (metadata.isEmpty()) {
                throw new CommandException(ExitCode.REFUSED, "the server says of no model " + name);
            }
            return BenchModel.of(metadata);
        }

        /** Empty where the server answers otherwise than with 200. */
        Map<?, ?> object(String path) throws InterruptedException {
            URI where = address.resolve(path);
            HttpRequest.Builder asked = HttpRequest.newBuilder(where).timeout(PATIENCE);
            request.headers().forEach(header -> asked.header(header.name(), header.value()));
            try {
                HttpResponse<String> answer = client.send(asked.build(), HttpResponse.BodyHandlers.ofString());
                return answer.statusCode() == 200 && TreeText.parse(answer.body()) instanceof Map<?, ?> map
                        ? map
                        : Map.of();
            } catch (IOException e) {
                throw new CommandException(
                        ExitCode.UNREACHABLE, "nothing that can be read is at " + where + ": " + e.getMessage(), e);
            }
        }
    }

    @Override
    public String shown() {
        return address.toString();
    }

    @Override
    public List<String> models() {
        return List.copyOf(calls.keySet());
    }

    @Override
    public List<Lane> lanes(String model, int count) {
        Supplier<Lane> lane = calls.get(model);
        if (lane == null) {
            throw new IllegalArgumentException("no such model: " + model);
        }
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lanes.add(lane.get());
        }
        return lanes;
    }

    @Override
    public void close() {
        connections.close();
    }
}
