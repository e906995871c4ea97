package io.penstock.server.oip;

import io.penstock.pipeline.ResultJson;
import io.penstock.server.metrics.InferCounter;
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
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** {@code /v2/**} and the list of {@code /v1/models}. */
public final class OipRestApi {
    private static final String HEADER_LENGTH = "inference-header-content-length";

    private final ModelRegistry models;
    private final InferCounter counter;
    private final BooleanSupplier ready;
    private final ServerIdentity identity;
    private final OipCodec codec;

    public OipRestApi(
            ModelRegistry models,
            TensorPool pool,
            InferCounter counter,
            BooleanSupplier ready,
            ServerIdentity identity) {
        this.models = models;
        this.counter = counter;
        this.ready = ready;
        this.identity = identity;
        this.codec = new OipCodec(pool);
    }

    public void addTo(Router router) {
        router.add("POST", "/v2/models/{m+}/versions/{v}/infer", (r, v) -> infer(r, v.getFirst(), v.getLast()));
        router.add("POST", "/v2/models/{m+}/infer", (r, v) -> infer(r, v.getFirst(), ""));
        router.add("GET", "/v2", (r, v) -> server());
        router.add("GET", "/v2/health/live", (r, v) -> HttpReply.json(200, "{\"live\":true}"));
        router.add("GET", "/v2/health/ready", (r, v) -> ready());
        router.add("GET", "/v2/models", (r, v) -> HttpReply.json(200, "{\"models\":" + names() + "}"));
        router.add("GET", "/v2/models/stats", (r, v) -> HttpReply.json(200, ModelJson.statistics(models.all())));
        router.add("GET", "/v2/models/{m+}/versions/{v}/ready", (r, v) -> modelReady(v.getFirst(), v.getLast()));
        router.add("GET", "/v2/models/{m+}/ready", (r, v) -> modelReady(v.getFirst(), ""));
        router.add("GET", "/v2/models/{m+}/versions/{v}/stats", (r, v) -> stats(v.getFirst(), v.getLast()));
        router.add("GET", "/v2/models/{m+}/stats", (r, v) -> stats(v.getFirst(), ""));
        router.add("GET", "/v2/models/{m+}/versions/{v}/config", (r, v) -> config(v.getFirst(), v.getLast()));
        router.add("GET", "/v2/models/{m+}/config", (r, v) -> config(v.getFirst(), ""));
        router.add("GET", "/v2/models/{m+}/versions/{v}", (r, v) -> metadata(v.getFirst(), v.getLast()));
        router.add("GET", "/v2/models/{m+}", (r, v) -> metadata(v.getFirst(), ""));
        router.add("POST", "/v2/repository/index", (r, v) -> repositoryIndex());
        router.add("POST", "/v2/repository/{r}/index", (r, v) -> repositoryIndex());
        router.add("GET", "/v1/models", (r, v) -> listV1());
        router.add("GET", "/v1/models/{m+}", (r, v) -> modelV1(v.getFirst()));
    }

    private HttpReply infer(HttpRequest request, String name, String version) throws InterruptedException {
        TensorModel model = models.tensorModel(name, version);
        return counter.counting(model, "http", () -> infer(request, model));
    }

    private HttpReply infer(HttpRequest request, TensorModel model) throws InterruptedException {
        refuseEncoding(request);
        try (OipRequest decoded = codec.decode(
                request.body().lease(), request.body().bytes(), headerLength(request), model.signature())) {
            InferResponse response =
                    model.infer(decoded.toInferRequest(request.deadline()).withId(request.id()));
            boolean kept = false;
            try {
                OipAnswer answer = codec.encode(model.name(), model.version(), decoded, response);
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

    private static void refuseEncoding(HttpRequest request) {
        Optional<String> encoding = request.headers().find("content-encoding");
        if (encoding.isPresent() && !encoding.get().equalsIgnoreCase("identity")) {
            throw new ServingException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "content-encoding '" + encoding.get() + "' is not supported; send the body as it is");
        }
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
        ResultJson.string(out, identity.name());
        out.append(",\"version\":");
        ResultJson.string(out, identity.version());
        out.append(",\"extensions\":[\"");
        out.append(String.join("\",\"", ServerIdentity.EXTENSIONS)).append("\"]}");
        return HttpReply.json(200, out.toString());
    }

    private HttpReply ready() {
        boolean isReady = ready.getAsBoolean();
        HttpReply.Whole reply = HttpReply.json(isReady ? 200 : 503, "{\"ready\":" + isReady + "}");
        return isReady ? reply : reply.with("retry-after", "1");
    }

    private String names() {
        StringBuilder out = new StringBuilder("[");
        String separator = "";
        for (Model model : models.all()) {
            ResultJson.string(out.append(separator), model.name());
            separator = ",";
        }
        return out.append(']').toString();
    }

    private HttpReply modelReady(String name, String version) {
        TensorModel model = models.tensorModel(name, version);
        StringBuilder out = new StringBuilder("{\"name\":");
        ResultJson.string(out, model.name());
        return HttpReply.json(200, out.append(",\"ready\":true}").toString());
    }

    private HttpReply metadata(String name, String version) {
        return HttpReply.json(200, ModelJson.metadata(models.tensorModel(name, version)));
    }

    private HttpReply config(String name, String version) {
        return HttpReply.json(200, ModelJson.config(models.tensorModel(name, version)));
    }

    private HttpReply stats(String name, String version) {
        return HttpReply.json(200, ModelJson.statistics(List.of(models.tensorModel(name, version))));
    }

    private HttpReply repositoryIndex() {
        StringBuilder out = new StringBuilder("[");
        String separator = "";
        for (Model model : ModelJson.repository(models)) {
            out.append(separator).append("{\"name\":");
            ResultJson.string(out, model.name());
            out.append(",\"version\":");
            ResultJson.string(out, model.version());
            out.append(",\"state\":\"READY\",\"reason\":\"\"}");
            separator = ",";
        }
        return HttpReply.json(200, out.append(']').toString());
    }

    /** One body for both worlds: KServe's V1 reads {@code models}, OpenAI's clients {@code data}. */
    private HttpReply listV1() {
        StringBuilder out = new StringBuilder("{\"models\":").append(names());
        out.append(",\"object\":\"list\",\"data\":[");
        String separator = "";
        for (Model model : models.all()) {
            openAiModel(out.append(separator).append('{'), model).append('}');
            separator = ",";
        }
        return HttpReply.json(200, out.append("]}").toString());
    }

    private HttpReply modelV1(String name) {
        TensorModel model = models.tensorModel(name, "");
        StringBuilder out = new StringBuilder("{\"name\":");
        ResultJson.string(out, model.name());
        return HttpReply.json(
                200,
                openAiModel(out.append(",\"ready\":true,"), model).append('}').toString());
    }

    private static StringBuilder openAiModel(StringBuilder out, Model model) {
        ResultJson.string(out.append("\"id\":"), model.name());
        return out.append(",\"object\":\"model\",\"created\":0,\"owned_by\":\"penstock\"");
    }
}
