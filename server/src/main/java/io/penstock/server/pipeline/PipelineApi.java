package io.penstock.server.pipeline;

import io.penstock.pipeline.Answer;
import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.Payload;
import io.penstock.pipeline.Pipeline;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.server.net.Access;
import io.penstock.server.net.Caller;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpRequest;
import io.penstock.server.net.Router;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** {@code /pipelines}: the list, and one payload in, a result or an annotated picture out. */
public final class PipelineApi {
    private static final int QUALITY = 90;
    private static final String JSON = "application/json";
    private static final String JPEG = "image/jpeg";
    private static final String PNG = "image/png";
    private static final String UNKNOWN = "application/octet-stream";
    /** Says nothing of the payload; the last is what curl sends with {@code --data-binary} unless told otherwise. */
    private static final Set<String> UNTOLD = Set.of("", UNKNOWN, "application/x-www-form-urlencoded");

    private final Supplier<List<Pipeline>> pipelines;
    private final PictureCodec codec;
    private final ResultPainter painter;

    public PipelineApi(Supplier<List<Pipeline>> pipelines, PictureCodec codec, ResultPainter painter) {
        this.pipelines = pipelines;
        this.codec = codec;
        this.painter = painter;
    }

    public void addTo(Router router) {
        router.add("GET", "/pipelines", Access.KNOWN, (request, variables) -> list(request.caller()));
        router.add("GET", "/pipelines/{p}", (request, variables) -> describe(variables.getFirst()));
        router.add("POST", "/pipelines/{p}", (request, variables) -> infer(request, variables.getFirst()));
    }

    private HttpReply list(Caller caller) {
        StringBuilder out = new StringBuilder("{\"pipelines\":[");
        String separator = "";
        for (Pipeline pipeline : pipelines.get()) {
            if (caller.mayUse(pipeline.name())) {
                append(out.append(separator), pipeline);
                separator = ",";
            }
        }
        return HttpReply.json(200, out.append("]}").toString());
    }

    private HttpReply describe(String name) {
        StringBuilder out = new StringBuilder();
        append(out, find(pipelines.get(), name));
        return HttpReply.json(200, out.toString());
    }

    private static void append(StringBuilder out, Pipeline pipeline) {
        ResultJson.string(out.append("{\"name\":"), pipeline.name());
        ResultJson.string(out.append(",\"model\":"), pipeline.modelName());
        ResultJson.strings(out.append(",\"mediaTypes\":"), pipeline.mediaTypes());
        ResultJson.strings(
                out.append(",\"streams\":"),
                pipeline.streams().stream().map(LiveStream::name).toList());
        out.append('}');
    }

    static Pipeline find(List<Pipeline> pipelines, String name) {
        for (Pipeline pipeline : pipelines) {
            if (pipeline.name().equals(name)) {
                return pipeline;
            }
        }
        String known = pipelines.stream().map(Pipeline::name).collect(Collectors.joining(", "));
        throw new ServingException(
                ErrorCode.NOT_FOUND, "no pipeline is named " + name + (known.isEmpty() ? "" : "; there are: " + known));
    }

    private HttpReply infer(HttpRequest request, String name) throws InterruptedException {
        Pipeline pipeline = find(pipelines.get(), name);
        String mediaType = mediaType(request, pipeline);
        String wanted = wanted(request);
        if (request.body().bytes().byteSize() == 0) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "the body is empty; send " + pipeline.mediaTypes().getFirst());
        }
        Payload payload = new Payload(mediaType, request.body().bytes());
        try (Answer answer = pipeline.infer(request.id(), payload, request.deadline())) {
            return switch (wanted) {
                case JPEG -> HttpReply.bytes(200, JPEG, painted(answer, true));
                case PNG -> HttpReply.bytes(200, PNG, painted(answer, false));
                default -> HttpReply.json(200, ResultJson.write(answer.result()));
            };
        } catch (PictureException e) {
            throw new ServingException(
                    switch (e.reason()) {
                        case UNKNOWN_FORMAT, DAMAGED -> ErrorCode.INVALID_REQUEST;
                        case TOO_LARGE -> ErrorCode.TOO_LARGE;
                    },
                    String.valueOf(e.getMessage()),
                    e);
        }
    }

    private byte[] painted(Answer answer, boolean asJpeg) {
        try (Picture picture = painter.paint(answer.picture(), answer.result().findings())) {
            return asJpeg ? codec.encodeJpeg(picture, QUALITY) : codec.encodePng(picture);
        }
    }

    private static String mediaType(HttpRequest request, Pipeline pipeline) {
        String type = bare(request.headers().find("content-type").orElse(""));
        if (UNTOLD.contains(type)) {
            return UNKNOWN;
        }
        if (!pipeline.mediaTypes().contains(type)) {
            throw new ServingException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "pipeline " + pipeline.name() + " does not take " + type + ", but "
                            + String.join(", ", pipeline.mediaTypes()));
        }
        return type;
    }

    /** The first type of {@code Accept} that can be given; JSON where there is none. */
    private static String wanted(HttpRequest request) {
        for (String range : request.headers().find("accept").orElse("").split(",", -1)) {
            String type = bare(range);
            if (type.equals(JPEG) || type.equals(PNG) || type.equals(JSON)) {
                return type;
            }
            if (type.equals("image/*")) {
                return JPEG;
            }
            if (type.equals("*/*")) {
                return JSON;
            }
        }
        return JSON;
    }

    private static String bare(String mediaType) {
        int parameters = mediaType.indexOf(';');
        return (parameters < 0 ? mediaType : mediaType.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }
}
