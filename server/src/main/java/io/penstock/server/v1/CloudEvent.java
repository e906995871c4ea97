package io.penstock.server.v1;

import io.penstock.pipeline.ResultJson;
import io.penstock.server.net.HttpReply.Header;
import io.penstock.server.net.HttpRequest;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.RequestTrace;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.V1Codec;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How a request came: plain, or as a CloudEvent 1.0 in binary mode (attributes in {@code ce-} headers) or structured mode
 * ({@code application/cloudevents+json}). It is answered in the same way, under KServe's type and source.
 *
 * <p>The trace that an event belongs to is in its attributes {@code traceparent} and {@code tracestate}, as the CloudEvents
 * extension for distributed tracing 1.0 has it; the answer carries the trace that it was made in, or, without tracing, that of
 * the event.
 *
 * @param json the request's JSON
 * @param context {@code traceparent} and {@code tracestate}, where they are well-formed
 */
record CloudEvent(Mode mode, MemorySegment json, Map<String, String> context) {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final String JSON = "application/json";
    private static final String TYPE = "io.kserve.inference.response";
    private static final List<String> REQUIRED = List.of("id", "source", "type");
    private static final String PARENT = "traceparent";
    private static final String STATE = "tracestate";
    private static final Pattern PARENT_FORM = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final Pattern STATE_FORM = Pattern.compile("[ -~]{1,512}");
    private static final Set<String> MEMBERS =
            Set.of("specversion", "id", "source", "type", "data", "data_base64", PARENT, STATE);

    /** How events travel over HTTP. */
    enum Mode {
        PLAIN,
        BINARY,
        STRUCTURED
    }

    static CloudEvent of(HttpRequest request, V1Codec codec) {
        String type = request.headers().find("content-type").orElse("").toLowerCase(Locale.ROOT);
        MemorySegment body = request.body().bytes();
        if (type.startsWith(STRUCTURED)) {
            return structured(body, codec);
        }
        if (type.startsWith("application/cloudevents-batch")) {
            throw new ServingException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "batches of CloudEvents are not taken; send one event a request");
        }
        Optional<String> version = request.headers().find("ce-specversion");
        if (version.isEmpty()) {
            return new CloudEvent(Mode.PLAIN, body, Map.of());
        }
        checkVersion(version.get());
        for (String attribute : REQUIRED) {
            if (request.headers()
                    .find("ce-" + attribute)
                    .filter(text -> !text.isBlank())
                    .isEmpty()) {
                throw invalid("the CloudEvent has no header ce-" + attribute);
            }
        }
        return new CloudEvent(
                Mode.BINARY, body, context(name -> request.headers().find("ce-" + name)));
    }

    private static CloudEvent structured(MemorySegment body, V1Codec codec) {
        Map<String, MemorySegment> members = codec.members(body, MEMBERS);
        Function<String, Optional<String>> texts =
                name -> Optional.ofNullable(members.get(name)).flatMap(codec::text);
        checkVersion(texts.apply("specversion").orElse(""));
        for (String attribute : REQUIRED) {
            if (texts.apply(attribute).orElse("").isBlank()) {
                throw invalid("the CloudEvent has no attribute '" + attribute + "'");
            }
        }
        Map<String, String> context = context(texts);
        MemorySegment found = members.get("data");
        if (found != null) {
            // Some senders put their JSON into the event as a string.
            Optional<String> text = codec.text(found);
            return new CloudEvent(Mode.STRUCTURED, text.map(CloudEvent::bytes).orElse(found), context);
        }
        String coded = texts.apply("data_base64").orElse("");
        if (coded.isEmpty()) {
            throw invalid("the CloudEvent has neither 'data' nor 'data_base64'");
        }
        try {
            return new CloudEvent(
                    Mode.STRUCTURED, MemorySegment.ofArray(Base64.getDecoder().decode(coded)), context);
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "'data_base64' of the CloudEvent is not base64", e);
        }
    }

    /** What is malformed is as good as absent: W3C's Trace Context asks for that. */
    private static Map<String, String> context(Function<String, Optional<String>> attributes) {
        SequencedMap<String, String> context = new LinkedHashMap<>();
        attributes
                .apply(PARENT)
                .filter(text -> PARENT_FORM.matcher(text).matches())
                .ifPresent(parent -> {
                    context.put(PARENT, parent);
                    attributes
                            .apply(STATE)
                            .filter(text -> STATE_FORM.matcher(text).matches())
                            .ifPresent(state -> context.put(STATE, state));
                });
        return Collections.unmodifiableSequencedMap(context);
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void checkVersion(String version) {
        if (!version.equals("1.0")) {
            throw invalid("the CloudEvent's specversion must be 1.0: '"
                    + (version.length() <= 20 ? version : version.substring(0, 20)) + "'");
        }
    }

    private static ServingException invalid(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }

    /** The answer's envelope. */
    record Envelope(String before, String after, List<Header> headers) {}

    Envelope answer(String model) {
        String id = UUID.randomUUID().toString();
        String source = "io.kserve.inference." + model;
        String time = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        Map<String, String> trace = RequestScope.current()
                .flatMap(RequestScope::trace)
                .map(RequestTrace::headers)
                .orElse(context);
        return switch (mode) {
            case PLAIN -> new Envelope("", "", List.of(new Header("content-type", JSON)));
            case BINARY -> {
                List<Header> headers = new ArrayList<>(List.of(
                        new Header("content-type", JSON),
                        new Header("ce-specversion", "1.0"),
                        new Header("ce-id", id),
                        new Header("ce-source", source),
                        new Header("ce-type", TYPE),
                        new Header("ce-time", time)));
                trace.forEach((name, value) -> headers.add(new Header("ce-" + name, value)));
                yield new Envelope("", "", headers);
            }
            case STRUCTURED -> {
                StringBuilder before = new StringBuilder("{\"specversion\":\"1.0\",\"id\":\"").append(id);
                ResultJson.string(before.append("\",\"source\":"), source);
                before.append(",\"type\":\"")
                        .append(TYPE)
                        .append("\",\"time\":\"")
                        .append(time);
                trace.forEach((name, value) ->
                        ResultJson.string(before.append("\",\"").append(name).append("\":"), value));
                before.append("\",\"datacontenttype\":\"").append(JSON).append("\",\"data\":");
                yield new Envelope(before.toString(), "}", List.of(new Header("content-type", STRUCTURED)));
            }
        };
    }
}
