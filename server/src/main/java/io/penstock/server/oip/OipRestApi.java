package io.penstock.server.oip;

import io.penstock.pipeline.ResultJson;
import io.penstock.server.net.Access;
import io.penstock.server.net.Answering;
import io.penstock.server.net.Caller;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpReply.Header;
import io.penstock.server.net.HttpRequest;
import io.penstock.server.net.Router;
import io.penstock.serving.Begun;
import io.penstock.serving.InferResponse;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.OipAnswer;
import io.penstock.serving.oip.OipCodec;
import io.penstock.serving.oip.OipRequest;
import io.penstock.serving.oip.RequestedOutput;
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
        this.open = newCodec(Caller.EVERYONE);
    }

    private OipCodec newCodec(Caller caller) {
        return new OipCodec(
                parts.pool(), parts.regions(caller), parts.limits().protocols().jsonDepth());
    }

    public void addTo(Router router) {
        new OipRestExtensions(parts).addTo(router);
        router.add("POST", "/v2/models/{m+}/versions/{v}/infer", new Infer(true));
        router.add("POST", "/v2/models/{m+}/infer", new Infer(false));
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

    /** Inferences on the model of the first variable, in the version of the second where there is one. */
    private final class Infer implements Router.RouteHandler {
        private final boolean versioned;

        Infer(boolean versioned) {
            this.versioned = versioned;
        }

        private TensorModel model(List<String> variables) {
            return models.tensorModel(variables.getFirst(), versioned ? variables.getLast() : "");
        }

        @Override
        public HttpReply handle(HttpRequest request, List<String> variables) throws InterruptedException {
            TensorModel model = model(variables);
            return parts.counter().counting(model, "http", () -> infer(request, model));
        }

        @Override
        public Optional<Begun> begin(
                HttpRequest request, List<String> variables, Answering<HttpReply.Whole> answering) {
            if (!isQuick(request)) {
                return Optional.empty();
            }
            TensorModel model = model(variables);
            return parts.counter().beginning(model, "http", () -> OipRestApi.this.begin(request, model, answering));
        }
    }

    /** Whether there is little to read but tensors that stay where they are. */
    private boolean isQuick(HttpRequest request) {
        long bytes = request.body().bytes().byteSize();
        long headerLength = headerLength(request);
        return bytes > 0
                && (headerLength < 0 ? bytes : headerLength) <= OipParts.QUICK_BYTES
                && !parts.usesSharedMemory();
    }

    private HttpReply infer(HttpRequest request, TensorModel model) throws InterruptedException {
        long started = System.nanoTime();
        OipCodec codec = codec(request.caller());
        try (OipRequest decoded = decode(codec, request, model)) {
            InferResponse response =
                    model.infer(decoded.toInferRequest(request.deadline()).withId(request.id()));
            return answer(codec, model, new Asked(request.id(), decoded, started), response);
        }
    }

    private Optional<Begun> begin(HttpRequest request, TensorModel model, Answering<HttpReply.Whole> answering) {
        long started = System.nanoTime();
        if (!parts.isQuick(model, request.body())) {
            return Optional.empty();
        }
        OipCodec codec = codec(request.caller());
        try (OipRequest decoded = decode(codec, request, model)) {
            if (decoded.timeout().isPresent()) { // nobody would watch it
                return Optional.empty();
            }
            Asked asked = new Asked(request.id(), decoded, started);
            boolean json = decoded.outputs().isEmpty()
                    ? !decoded.binaryByDefault()
                    : !decoded.outputs().stream().allMatch(RequestedOutput::isRaw);
            return model.begin(
                    decoded.toInferRequest(request.deadline()).withId(request.id()),
                    new CountedAnswer<>(
                            parts.counter(),
                            model,
                            "http",
                            response -> answer(codec, model, asked, response),
                            json,
                            answering));
        }
    }

    private OipCodec codec(Caller caller) {
        return caller.names().isEmpty() ? open : newCodec(caller);
    }

    private static OipRequest decode(OipCodec codec, HttpRequest request, TensorModel model) {
        return codec.decode(request.body().lease(), request.body().bytes(), headerLength(request), model.signature());
    }

    /**
     * A request under way.
     *
     * @param decoded its memory may be given back already
     * @param started on the monotonic clock
     */
    private record Asked(String id, OipRequest decoded, long started) {}

    private HttpReply.Whole answer(OipCodec codec, TensorModel model, Asked asked, InferResponse response) {
        boolean kept = false;
        try {
            parts.traces().answered(model.name(), asked.id(), asked.started(), response.timings());
            OipAnswer answer =
                    codec.encode(model.name(), model.version(), model.signature(), asked.decoded(), response);
            kept = answer.isBinary();
            return reply(answer, response);
        } finally {
            if (!kept) {
                response.close();
            }
        }
    }

    private static HttpReply.Whole reply(OipAnswer answer, InferResponse response) {
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
