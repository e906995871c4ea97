package io.penstock.server.v1;

import io.penstock.pipeline.ResultJson;
import io.penstock.server.metrics.InferCounter;
import io.penstock.server.net.Access;
import io.penstock.server.net.Caller;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpRequest;
import io.penstock.server.net.Router;
import io.penstock.server.net.ServerLimits;
import io.penstock.serving.InferResponse;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.V1Codec;
import io.penstock.serving.oip.V1Request;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** {@code /v1/models}: lists models for KServe's and OpenAI's clients alike, and predicts as KServe's V1 protocol has it. */
public final class V1Api {
    private final ModelRegistry models;
    private final InferCounter counter;
    private final V1Codec codec;

    public V1Api(ModelRegistry models, TensorPool pool, InferCounter counter, ServerLimits limits) {
        this.models = models;
        this.counter = counter;
        this.codec = new V1Codec(
                pool, limits.protocols().jsonDepth(), limits.protocols().instancesPerRequest());
    }

    public void addTo(Router router) {
        router.add("POST", "/v1/models/{m+}:predict", (r, v) -> predict(r, v.getFirst()));
        router.add("POST", "/v1/models/{m+}:explain", (r, v) -> {
            throw new ServingException(
                    ErrorCode.UNIMPLEMENTED,
                    "model " + models.tensorModel(v.getFirst(), "").name() + " has no explainer");
        });
        router.add("GET", "/v1/models", Access.KNOWN, (r, v) -> list(r.caller()));
        router.add("GET", "/v1/models/{m+}", (r, v) -> model(v.getFirst()));
    }

    private HttpReply predict(HttpRequest request, String name) throws InterruptedException {
        TensorModel model = models.tensorModel(name, "");
        return counter.counting(model, "http", () -> predict(request, model));
    }

    private HttpReply predict(HttpRequest request, TensorModel model) throws InterruptedException {
        CloudEvent event = CloudEvent.of(request, codec);
        RequestScope.current().flatMap(RequestScope::trace).ifPresent(trace -> trace.carries(event.context()));
        List<InferResponse> responses = new ArrayList<>();
        try (V1Request decoded = codec.decode(event.json(), model.signature())) {
            for (int i = 0; i < decoded.calls().size(); i++) {
                responses.add(model.infer(decoded.toInferRequest(i, request.deadline(), request.id())));
            }
            CloudEvent.Envelope envelope = event.answer(model.name());
            V1Codec.Written written =
                    codec.encode(decoded, model.signature(), responses, envelope.before(), envelope.after());
            List<MemorySegment> parts = List.of(written.memory().memory().asSlice(0, written.byteSize()));
            return new HttpReply.Whole(200, envelope.headers(), parts, written.memory()::close);
        } finally {
            responses.forEach(InferResponse::close);
        }
    }

    /** One body for both worlds: KServe's V1 reads {@code models}, OpenAI's clients {@code data}. */
    private HttpReply list(Caller caller) {
        List<String> names = models.all().stream()
                .map(Model::name)
                .filter(caller::mayUse)
                .distinct()
                .toList();
        StringBuilder out = new StringBuilder("{\"models\":");
        ResultJson.strings(out, names);
        out.append(",\"object\":\"list\",\"data\":[");
        String separator = "";
        for (String name : names) {
            openAiModel(out.append(separator).append('{'), name).append('}');
            separator = ",";
        }
        return HttpReply.json(200, out.append("]}").toString());
    }

    private HttpReply model(String name) {
        TensorModel model = models.tensorModel(name, "");
        StringBuilder out = new StringBuilder("{\"name\":");
        ResultJson.string(out, model.name());
        openAiModel(out.append(",\"ready\":true,"), model.name());
        return HttpReply.json(200, out.append('}').toString());
    }

    private static StringBuilder openAiModel(StringBuilder out, String name) {
        ResultJson.string(out.append("\"id\":"), name);
        return out.append(",\"object\":\"model\",\"created\":0,\"owned_by\":\"penstock\"");
    }
}
