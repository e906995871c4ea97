package io.penstock.server.oip;

import io.penstock.pipeline.ResultJson;
import io.penstock.server.net.Access;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpRequest;
import io.penstock.server.net.Router;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Triton's extensions over REST that are not about one inference: repository, settings, shared memory. */
final class OipRestExtensions {
    private static final String FILE = "file:";

    private final OipParts parts;
    private final JsonFields json;

    OipRestExtensions(OipParts parts) {
        this.parts = parts;
        this.json = new JsonFields(parts.limits().protocols().jsonDepth());
    }

    /** Before the routes of models, whose names may have slashes. */
    void addTo(Router router) {
        router.add("POST", "/v2/repository/index", Access.KNOWN, (r, v) -> index(r));
        router.add("POST", "/v2/repository/models/{m+}/load", Access.CONTROL, (r, v) -> load(r, v.getLast()));
        router.add("POST", "/v2/repository/models/{m+}/unload", Access.CONTROL, (r, v) -> unload(r, v.getLast()));
        router.add("POST", "/v2/repository/{r}/index", Access.KNOWN, (r, v) -> index(r));
        router.add("POST", "/v2/repository/{r}/models/{m+}/load", Access.CONTROL, (r, v) -> load(r, v.getLast()));
        router.add("POST", "/v2/repository/{r}/models/{m+}/unload", Access.CONTROL, (r, v) -> unload(r, v.getLast()));
        router.add("GET", "/v2/logging", (r, v) -> logging());
        router.add("POST", "/v2/logging", Access.CONTROL, (r, v) -> changeLogging(r));
        router.add("GET", "/v2/trace/setting", (r, v) -> traces(""));
        router.add("POST", "/v2/trace/setting", Access.CONTROL, (r, v) -> changeTraces(r, ""));
        router.add("GET", "/v2/models/{m+}/trace/setting", (r, v) -> traces(v.getFirst()));
        router.add("POST", "/v2/models/{m+}/trace/setting", Access.CONTROL, (r, v) -> changeTraces(r, v.getFirst()));
        router.add("GET", "/v2/systemsharedmemory/status", (r, v) -> memory(""));
        router.add("GET", "/v2/systemsharedmemory/region/{r}/status", (r, v) -> memory(v.getFirst()));
        router.add(
                "POST",
                "/v2/systemsharedmemory/region/{r}/register",
                Access.CONTROL,
                (r, v) -> register(r, v.getFirst()));
        router.add(
                "POST",
                "/v2/systemsharedmemory/region/{r}/unregister",
                Access.CONTROL,
                (r, v) -> unregister(v.getFirst()));
        router.add("POST", "/v2/systemsharedmemory/unregister", Access.CONTROL, (r, v) -> unregisterAll());
        for (String method : List.of("GET", "POST")) {
            router.add(method, "/v2/cudasharedmemory/{p+}", (r, v) -> {
                throw OipParts.noCuda();
            });
        }
    }

    private HttpReply index(HttpRequest request) {
        boolean ready = JsonFields.bool(json.read(request.body()), "ready");
        StringBuilder out = new StringBuilder("[");
        String separator = "";
        for (ModelControl.Entry entry : parts.control().index(ready)) {
            if (!request.caller().mayUse(entry.name())) {
                continue;
            }
            ResultJson.string(out.append(separator).append("{\"name\":"), entry.name());
            ResultJson.string(out.append(",\"version\":"), entry.version());
            ResultJson.string(out.append(",\"state\":"), entry.state().name());
            ResultJson.string(out.append(",\"reason\":"), entry.reason());
            out.append('}');
            separator = ",";
        }
        return HttpReply.json(200, out.append(']').toString());
    }

    private HttpReply load(HttpRequest request, String name) throws InterruptedException {
        Map<String, Object> given = JsonFields.parameters(json.read(request.body()));
        String checked = OipParts.checkedName(name);
        parts.control().load(checked, loadParameters(given));
        return loaded(checked, "load");
    }

    private HttpReply unload(HttpRequest request, String name) throws InterruptedException {
        Map<String, Object> given = JsonFields.parameters(json.read(request.body()));
        String checked = OipParts.checkedName(name);
        parts.control().unload(checked, JsonFields.bool(given, "unload_dependents"));
        return loaded(checked, "unload");
    }

    /** As KServe answers; Triton's clients look at the status alone. */
    private static HttpReply loaded(String name, String verb) {
        SequencedMap<String, Object> answer = new LinkedHashMap<>();
        answer.put("name", name);
        answer.put(verb, true);
        return HttpReply.json(200, JsonFields.write(answer));
    }

    private static ModelControl.LoadParameters loadParameters(Map<String, Object> given) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        Optional<String> config = Optional.empty();
        for (String name : given.keySet()) {
            if (name.startsWith(FILE)) {
                String path = OipParts.checkedFile(name.substring(FILE.length()));
                files.put(path, decoded(name, JsonFields.string(given, name)));
            } else if (name.equals("config")) {
                config = Optional.of(JsonFields.string(given, name));
            } else {
                throw invalid("there is no load parameter '" + name + "'; there are config and file:VERSION/FILE");
            }
        }
        return loadParameters(config, files);
    }

    /** @throws ServingException if there are files, but no configuration that says what they are */
    static ModelControl.LoadParameters loadParameters(Optional<String> config, Map<String, byte[]> files) {
        if (!files.isEmpty() && config.isEmpty()) {
            throw invalid("a load request with files needs the parameter config beside them");
        }
        return new ModelControl.LoadParameters(config, files);
    }

    private static byte[] decoded(String name, String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "'" + name + "' is not base64", e);
        }
    }

    private HttpReply logging() {
        return HttpReply.json(200, JsonFields.write(parts.logs().settings()));
    }

    private HttpReply changeLogging(HttpRequest request) {
        parts.logs().update(json.read(request.body()));
        return logging();
    }

    private HttpReply traces(String model) {
        requireModel(parts, model);
        SequencedMap<String, Object> out = new LinkedHashMap<>();
        parts.traces().settings(model).forEach((name, value) -> {
            boolean list = name.equals("trace_level");
            out.put(name, list ? value : String.join(",", value));
        });
        return HttpReply.json(200, JsonFields.write(out));
    }

    private HttpReply changeTraces(HttpRequest request, String model) {
        requireModel(parts, model);
        Map<String, Optional<List<String>>> changes = new LinkedHashMap<>();
        json.read(request.body()).forEach((name, value) -> changes.put(name, texts(value)));
        parts.traces().update(model, changes);
        return traces(model);
    }

    private static Optional<List<String>> texts(Object value) {
        if (value instanceof Optional<?>) {
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        if (value instanceof List<?> all) {
            all.forEach(each -> texts.add(String.valueOf(each)));
        } else {
            texts.add(String.valueOf(value));
        }
        return texts.isEmpty() ? Optional.empty() : Optional.of(texts);
    }

    static void requireModel(OipParts parts, String model) {
        if (!model.isEmpty() && parts.models().find(model).isEmpty()) {
            throw new ServingException(ErrorCode.NOT_FOUND, "no model is named " + model);
        }
    }

    private HttpReply memory(String name) {
        StringBuilder out = new StringBuilder("[");
        String separator = "";
        for (SharedMemory.Region region : parts.shared().status(name)) {
            SequencedMap<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", region.name());
            fields.put("key", region.key());
            fields.put("offset", region.offset());
            fields.put("byte_size", region.byteSize());
            out.append(separator).append(JsonFields.write(fields));
            separator = ",";
        }
        return HttpReply.json(200, out.append(']').toString());
    }

    private HttpReply register(HttpRequest request, String name) {
        Map<String, Object> given = json.read(request.body());
        parts.shared()
                .register(
                        request.caller().name(),
                        name,
                        JsonFields.string(given, "key"),
                        JsonFields.whole(given, "offset", 0),
                        JsonFields.whole(given, "byte_size", 0));
        return HttpReply.json(200, "{}");
    }

    private HttpReply unregister(String name) {
        parts.shared().unregister(name);
        return HttpReply.json(200, "{}");
    }

    private HttpReply unregisterAll() {
        parts.shared().unregisterAll();
        return HttpReply.json(200, "{}");
    }

    private static ServingException invalid(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }
}
