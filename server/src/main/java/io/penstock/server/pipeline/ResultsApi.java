package io.penstock.server.pipeline;

import io.penstock.pipeline.Pipeline;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.ResultQuery;
import io.penstock.pipeline.ResultStore;
import io.penstock.pipeline.StoredResult;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpReply.Header;
import io.penstock.server.net.HttpRequest;
import io.penstock.server.net.Router;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.Durations;
import java.lang.foreign.MemorySegment;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code /pipelines/{name}/results}: what a pipeline's store keeps, newest first, the JSON as it was stored. */
public final class ResultsApi {
    private static final List<String> PARAMETERS = List.of("since", "stream", "before", "limit");
    private static final int USUAL = 100;

    private final Supplier<List<Pipeline>> pipelines;

    public ResultsApi(Supplier<List<Pipeline>> pipelines) {
        this.pipelines = pipelines;
    }

    public void addTo(Router router) {
        router.add("GET", "/pipelines/{p}/results", (request, variables) -> results(request, variables.getFirst()));
    }

    private HttpReply results(HttpRequest request, String name) throws InterruptedException {
        Pipeline pipeline = PipelineApi.find(pipelines.get(), name);
        ResultStore store = pipeline.store()
                .orElseThrow(() -> new ServingException(
                        ErrorCode.NOT_FOUND,
                        "pipeline " + name + " stores no results; add to its document, below spec:"
                                + " sinks: [{store: {sqlite: {}}}]"));
        ResultQuery query = query(parameters(request.query()), Instant.now());
        query.stream().ifPresent(stream -> checkStream(pipeline, stream));
        return reply(store.newest(query, request.deadline()));
    }

    private static void checkStream(Pipeline pipeline, String stream) {
        List<String> known =
                pipeline.streams().stream().map(each -> each.name()).toList();
        if (!known.contains(stream)) {
            throw refused(
                    "stream",
                    known.isEmpty() ? "absent, as the pipeline has no streams" : "one of " + String.join(", ", known),
                    stream);
        }
    }

    private static HttpReply reply(List<StoredResult> rows) {
        List<MemorySegment> parts = new ArrayList<>(2 * rows.size() + 1);
        String before = "{\"results\":[";
        for (StoredResult row : rows) {
            StringBuilder out = new StringBuilder(256).append(before);
            ResultJson.string(out.append("{\"requestId\":"), row.requestId());
            ResultJson.string(out.append(",\"pipeline\":"), row.pipeline());
            row.stream().ifPresent(stream -> ResultJson.string(out.append(",\"stream\":"), stream));
            ResultJson.timestamp(out.append(",\"createdAt\":"), row.createdAt());
            parts.add(utf8(out.append(",\"result\":").toString()));
            parts.add(utf8(row.json()));
            before = "},";
        }
        parts.add(utf8(rows.isEmpty() ? before + "]}" : "}]}"));
        List<Header> headers =
                List.of(new Header("content-type", "application/json"), new Header("cache-control", "no-store"));
        return new HttpReply.Whole(200, headers, parts, () -> {});
    }

    private static MemorySegment utf8(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ResultQuery query(Map<String, String> parameters, Instant now) {
        return new ResultQuery(
                Optional.ofNullable(parameters.get("since")).map(since -> since(since, now)),
                Optional.ofNullable(parameters.get("stream")),
                Optional.ofNullable(parameters.get("before")),
                limit(parameters.getOrDefault("limit", Integer.toString(USUAL))));
    }

    private static Instant since(String text, Instant now) {
        try {
            Instant since =
                    text.contains("T") || text.contains("t") ? Instant.parse(text) : now.minus(Durations.parse(text));
            return since.isBefore(Instant.EPOCH) ? Instant.EPOCH : since.isAfter(now) ? now : since;
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
            throw refused("since", "an instant such as 2026-11-22T10:00:00Z, or a duration such as 10m or 2h", text);
        }
    }

    private static int limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= ResultQuery.MOST) {
                return limit;
            }
        } catch (NumberFormatException e) {
            throw refused("limit", "from 1 to " + ResultQuery.MOST, text);
        }
        throw refused("limit", "from 1 to " + ResultQuery.MOST, text);
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            if (!PARAMETERS.contains(name)) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "unknown parameter " + shown(name) + "; allowed here: " + String.join(", ", PARAMETERS));
            }
            if (!value.isEmpty() && parameters.putIfAbsent(name, value) != null) {
                throw new ServingException(ErrorCode.INVALID_REQUEST, "the parameter " + name + " is given twice");
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "the query has a wrong percent escape: " + shown(text), e);
        }
    }

    private static ServingException refused(String parameter, String allowed, String value) {
        return new ServingException(ErrorCode.INVALID_REQUEST, parameter + " must be " + allowed + ": " + shown(value));
    }

    private static String shown(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
