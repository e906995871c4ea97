package io.penstock.server.v1;

import io.penstock.pipeline.ResultJson;
import io.penstock.server.net.HttpReply.Header;
import io.penstock.server.net.HttpRequest;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.V1Codec;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * How a request came: plain, or as a CloudEvent 1.0 in binary mode (attributes in {@code ce-} headers) or structured mode
 * ({@code application/cloudevents+json}). It is answered in the same way, under KServe's type and source.
 *
 * @param json the request's JSON
 */
record CloudEvent(Mode mode, MemorySegment json) {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final String JSON = "application/json";
    private static final String TYPE = "io.kserve.inference.response";
    private static final List<String> REQUIRED = List.of("id", "source", "type");

    /** How events travel over HTTP. */
    enum Mode {
        PLAIN,
        BINARY,
        STRUCTURED
    }

    static CloudEvent of(HttpRequest request) {
        String type = request.headers().find("content-type").orElse("").toLowerCase(Locale.ROOT);
        MemorySegment body = request.body().bytes();
        if (type.startsWith(STRUCTURED)) {
            return structured(body);
        }
        if (type.startsWith("application/cloudevents-batch")) {
            throw new ServingException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "batches of CloudEvents are not taken; send one event a request");
        }
        Optional<String> version = request.headers().find("ce-specversion");
        if (version.isEmpty()) {
            return new CloudEvent(Mode.PLAIN, body);
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
        return new CloudEvent(Mode.BINARY, body);
    }

    private static CloudEvent structured(MemorySegment body) {
        checkVersion(attribute(body, "specversion"));
        for (String attribute : REQUIRED) {
            if (attribute(body, attribute).isBlank()) {
                throw invalid("the CloudEvent has no attribute '" + attribute + "'");
            }
        }
        Optional<MemorySegment> found = V1Codec.member(body, "data");
        if (found.isPresent()) {
            // Some senders put their JSON into the event as a string.
            Optional<String> text = V1Codec.text(found.get());
            return new CloudEvent(Mode.STRUCTURED, text.map(CloudEvent::bytes).orElse(found.get()));
        }
        String coded = attribute(body, "data_base64");
        if (coded.isEmpty()) {
            throw invalid("the CloudEvent has neither 'data' nor 'data_base64'");
        }
        try {
            return new CloudEvent(
                    Mode.STRUCTURED, MemorySegment.ofArray(Base64.getDecoder().decode(coded)));
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "'data_base64' of the CloudEvent is not base64", e);
        }
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String attribute(MemorySegment body, String name) {
        return V1Codec.member(body, name).flatMap(V1Codec::text).orElse("");
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
        return switch (mode) {
            case PLAIN -> new Envelope("", "", List.of(new Header("content-type", JSON)));
            case BINARY ->
                new Envelope(
                        "",
                        "",
                        List.of(
                                new Header("content-type", JSON),
                                new Header("ce-specversion", "1.0"),
                                new Header("ce-id", id),
                                new Header("ce-source", source),
                                new Header("ce-type", TYPE),
                                new Header("ce-time", time)));
            case STRUCTURED -> {
                StringBuilder before = new StringBuilder("{\"specversion\":\"1.0\",\"id\":\"").append(id);
                ResultJson.string(before.append("\",\"source\":"), source);
                before.append(",\"type\":\"")
                        .append(TYPE)
                        .append("\",\"time\":\"")
                        .append(time);
                before.append("\",\"datacontenttype\":\"").append(JSON).append("\",\"data\":");
                yield new Envelope(before.toString(), "}", List.of(new Header("content-type", STRUCTURED)));
            }
        };
    }
}
