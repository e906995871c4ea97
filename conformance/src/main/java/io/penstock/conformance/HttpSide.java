package io.penstock.conformance;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** The REST side of a server, over HTTP/1.1. Any number of threads may ask. */
final class HttpSide implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JSON = "application/json";

    private final URI address;
    private final HttpClient client;

    HttpSide(URI address) {
        this.address = address;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    URI address() {
        return address;
    }

    HttpReply find(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    HttpReply post(String path, String json) throws IOException, InterruptedException {
        return post(path, json.getBytes(StandardCharsets.UTF_8), Map.of("Content-Type", JSON));
    }

    HttpReply post(String path, byte[] body, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return send(request);
    }

    /** @param method any word */
    HttpReply ask(String method, String path) throws IOException, InterruptedException {
        return send(request(path).method(method, BodyPublishers.noBody()));
    }

    HttpReply infer(ModelFace model, InferBody body) throws IOException, InterruptedException {
        Map<String, String> headers = body.headerLength().isPresent()
                ? Map.of(
                        "Content-Type",
                        "application/octet-stream",
                        HttpReply.HEADER_LENGTH,
                        Integer.toString(body.headerLength().getAsInt()))
                : Map.of("Content-Type", JSON);
        return post(inferPath(model), body.bytes(), headers);
    }

    static String inferPath(ModelFace model) {
        return modelPath(model.name()) + "/infer";
    }

    static String modelPath(String model) {
        return "/v2/models/"
                + URLEncoder.encode(model, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace("%2F", "/");
    }

    boolean isLive() throws IOException, InterruptedException {
        return find("/v2/health/live").status() == 200;
    }

    private HttpRequest.Builder request(String path) {
        String base = address.toString();
        String trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return HttpRequest.newBuilder(URI.create(trimmed + path)).timeout(PATIENCE);
    }

    private HttpReply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
        return new HttpReply(response.statusCode(), response.headers(), response.body());
    }

    @Override
    public void close() {
        client.close();
    }
}
