package io.penstock.server.oip;

import io.penstock.pipeline.ResultJson;
import io.penstock.server.net.Access;
import io.penstock.server.net.Caller;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpReply.Header;
import io.penstock.server.net.HttpRequest;
import io.penstock.server.net.Router;
import io.penstock.serving.InferResponse;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.OipAnswer;
import io.penstock.serving.oip.OipCodec;
import io.penstock.serving.oip.OipRequest;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code /v2/**}: the protocol's REST form. */
public final class OipRestApi {
    private static final String HEADER_LENGTH = "inference-header-content-length";

    private final OipParts parts;
    private final ModelRegistry models;
    private final OipCodec open;

    public OipRestApi(OipParts parts) {
        this.parts = parts;
        this.models = parts.models();
        this.open = new OipCodec(parts.pool(), parts.regions(Caller.EVERYONE));
    }

    public void addTo(Router router) {
        new OipRestExtensions(parts).addTo(router);
        router.add("POST", "/v2/models/{m+}/versions/{v}/infer", (r, v) -> infer(r, v.getFirst(), v.getLast()));
        router.add("POST", "/v2/models/{m+}/infer", (r, v) -> infer(r, v.getFirst(), ""));
        router.add("GET", "/v2", Access.KNOWN, (r, v) -> server());
        router.add("GET", "/v2/health/live", Access.KNOWN, (r, v) -> HttpReply.json(200, "{\"live\":true}"));
        router.add("GET", "/v2/health/ready", Access.KNOWN, (r, v) -> ready());
        router.add(
                "GET",
                "/v2/models",
                Access.KNOWN,
                (r, v) -> HttpReply.json(200, "{\"models\":" + names(r.caller()) + "}"));
        router.add("GET", "/v2/models/stats", Access.KNOWN, (r, v) -> allStats(r.caller()));
        router.add("GET", "/v2/models/{m+}/versions/{v}/ready", (r, v) -> modelReady(v.getFirst(), v.getLast()));
        router.add("GET", "/v2/models/{m+}/ready", (r, v) -> modelReady(v.getFirst(), ""));
        router.add("GET", "/v2/models/{m+}/versions/{v}/stats", (r, v) -> stats(v.getFirst(), v.getLast()));
        router.add("GET", "/v2/models/{m+}/stats", (r, v) -> stats(v.getFirst(), ""));
        router.add("GET", "/v2/models/{m+}/versions/{v}/config", (r, v) -> config(v.getFirst(), v.getLast()));
        router.add("GET", "/v2/models/{m+}/config", (r, v) -> config(v.getFirst(), ""));
        router.add("GET", "/v2/models/{m+}/versions/{v}", (r, v) -> metadata(v.getFirst(), v.getLast()));
        router.add("GET", "/v2/models/{m+}", (r, v) -> metadata(v.getFirst(), ""));
    }

    private HttpReply infer(HttpRequest request, String name, String version) throws InterruptedException {
        TensorModel model = models.tensorModel(name, version);
        return parts.counter().counting(model, "http", () -> infer(request, model));
    }

    private HttpReply infer(HttpRequest request, TensorModel model) throws InterruptedException {
        long started = System.nanoTime();
        Caller caller = request.caller();
        OipCodec codec = caller.names().isEmpty() ? open : new OipCodec(parts.pool(), parts.regions(caller));
        try (OipRequest decoded = codec.decode(
                request.body().lease(), request.body().bytes(), headerLength(request), model.signature())) {
            InferResponse response =
                    model.infer(decoded.toInferRequest(request.deadline()).withId(request.id()));
            parts.traces().answered(model.name(), request.id(), started, response.timings());
            boolean kept = false;
            try {
                OipAnswer answer = codec.encode(model.name(), model.version(), model.signature(), decoded, response);
                kept = answer.isBinary();
                return reply(answer, response);
            } finally {
                if (!kept) {
                    response.close();
                }
            }
        }
    }

    private static HttpReply reply(OipAnswer answer, InferResponse response) {
        MemorySegment json = answer.json().memory().asSlice(0, answer.jsonBytes());
        if (!answer.isBinary()) {
            List<Header> headers = List.of(new Header("content-type", "application/json"));
            return new HttpReply.Whole(200, headers, List.of(json), answer::close);
        }
        List<MemorySegment> parts = new ArrayList<>(1 + answer.tensors().size());
        parts.add(json);
        parts.addAll(answer.tensors());
        List<Header> headers = List.of(
                new Header("content-type", "application/octet-stream"),
                new Header(HEADER_LENGTH, Long.toString(answer.jsonBytes())));
        return new HttpReply.Whole(200, headers, parts, () -> {
            answer.close();
            response.close();
        });
    }

    private static long headerLength(HttpRequest request) {
        Optional<String> text = request.headers().find(HEADER_LENGTH);
        if (text.isEmpty()) {
            return OipCodec.NO_HEADER_LENGTH;
        }
        String digits = text.get().strip();
        if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "Inference-Header-Content-Length must be a number of bytes, 0 or more: " + digits);
        }
        return Long.parseLong(digits);
    }

    private HttpReply server() {
        StringBuilder out = new StringBuilder("{\"name\":");
        ResultJson.string(out, parts.identity().name());
        out.append(",\"version\":");
        ResultJson.string(out, parts.identity().version());
        out.append(",\"extensions\":[\"");
        out.append(String.join("\",\"", parts.extensions())).append("\"]}");
        return HttpReply.json(200, out.toString());
    }

    private HttpReply ready() {
        boolean isReady = parts.ready().getAsBoolean();
        HttpReply.Whole reply = HttpReply.json(isReady ? 200 : 503, "{\"ready\":" + isReady + "}");
        return isReady ? reply : reply.with("retry-after", "1");
    }

    private HttpReply allStats(Caller caller) {
        return HttpReply.json(
                200,
                ModelJson.statistics(models.all().stream()
                        .filter(model -> caller.mayUse(model.name()))
                        .toList()));
    }

    private String names(Caller caller) {
        StringBuilder out = new StringBuilder();
        ResultJson.strings(
                out,
                models.all().stream()
                        .map(Model::name)
                        .filter(caller::mayUse)
                        .distinct()
                        .toList());
        return out.toString();
    }

    /** An unknown model is not ready, as Triton has it: 400, and not 404. */
    private HttpReply modelReady(String name, String version) {
        boolean isReady = parts.isReady(name, version);
        StringBuilder out = new StringBuilder("{\"name\":");
        ResultJson.string(out, name);
        out.append(",\"ready\":").append(isReady).append('}');
        return HttpReply.json(isReady ? 200 : 400, out.toString());
    }

    private HttpReply metadata(String name, String version) {
        return HttpReply.json(200, ModelJson.metadata(models.tensorModel(name, version), parts.versions(name)));
    }

    private HttpReply config(String name, String version) {
        return HttpReply.json(200, ModelJson.config(models.tensorModel(name, version)));
    }

    private HttpReply stats(String name, String version) {
        return HttpReply.json(200, ModelJson.statistics(parts.counted(name, version)));
    }
}
