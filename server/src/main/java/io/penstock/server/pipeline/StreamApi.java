package io.penstock.server.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.LiveStream.Published;
import io.penstock.pipeline.Pipeline;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpReply.Header;
import io.penstock.server.net.ReplySink;
import io.penstock.server.net.Router;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * {@code /pipelines/{name}/streams/{stream}}: the newest annotated frame, a moving picture, and results as they come.
 * Each viewer waits on its own thread and skips the frames it is too slow for.
 */
public final class StreamApi {
    private static final Duration FIRST_FRAME = Duration.ofSeconds(2);
    /** Longer than a frame, shorter than what proxies take for silence. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

    private static final String BOUNDARY = "penstock-frame";
    private static final Header NO_STORE = new Header("cache-control", "no-store");

    private final Supplier<List<Pipeline>> pipelines;

    public StreamApi(Supplier<List<Pipeline>> pipelines) {
        this.pipelines = pipelines;
    }

    public void addTo(Router router) {
        String stream = "/pipelines/{p}/streams/{s}";
        router.add("GET", stream + "/frame.jpg", (request, v) -> frame(find(v)));
        router.add("GET", stream + "/video.mjpeg", (request, v) -> video(find(v)));
        router.add("GET", stream + "/results", (request, v) -> results(find(v)));
    }

    private LiveStream find(List<String> variables) {
        Pipeline pipeline = PipelineApi.find(pipelines.get(), variables.getFirst());
        return pipeline.findStream(variables.getLast()).orElseThrow(() -> {
            String known = pipeline.streams().stream().map(LiveStream::name).collect(Collectors.joining(", "));
            return new ServingException(
                    ErrorCode.NOT_FOUND,
                    "pipeline " + pipeline.name() + " has no stream " + variables.getLast()
                            + (known.isEmpty() ? "" : "; it has: " + known));
        });
    }

    private static HttpReply frame(LiveStream stream) throws InterruptedException {
        stream.awaitFirst(FIRST_FRAME);
        Optional<Published> newest = stream.newest();
        if (newest.isEmpty()) {
            throw new ServingException(ErrorCode.NOT_READY, "stream " + stream.name() + " has no frame yet");
        }
        try (Published published = newest.get()) {
            return new HttpReply.Whole(
                    200,
                    List.of(new Header("content-type", "image/jpeg"), NO_STORE),
                    List.of(MemorySegment.ofArray(published.frame().annotatedJpeg())),
                    () -> {});
        }
    }

    private static HttpReply video(LiveStream stream) {
        List<Header> headers =
                List.of(new Header("content-type", "multipart/x-mixed-replace; boundary=" + BOUNDARY), NO_STORE);
        return new HttpReply.Streamed(200, headers, sink -> {
            long seen = 0;
            while (!stream.isClosed()) {
                Optional<Published> next = stream.awaitNewer(seen, KEEP_ALIVE);
                if (next.isPresent()) {
                    seen = next.get().sequence();
                    byte[] jpeg;
                    try (Published published = next.get()) {
                        jpeg = published.frame().annotatedJpeg();
                    }
                    String head = "--" + BOUNDARY + "\r\ncontent-type: image/jpeg\r\ncontent-length: " + jpeg.length
                            + "\r\n\r\n";
                    write(sink, head.getBytes(US_ASCII), jpeg, "\r\n".getBytes(US_ASCII));
                }
            }
            write(sink, ("--" + BOUNDARY + "--\r\n").getBytes(US_ASCII));
        });
    }

    private static HttpReply results(LiveStream stream) {
        List<Header> headers = List.of(new Header("content-type", "text/event-stream; charset=utf-8"), NO_STORE);
        return new HttpReply.Streamed(200, headers, sink -> {
            // So that a viewer knows it is connected before the first frame comes.
            write(sink, ": connected\n\n".getBytes(US_ASCII));
            long seen = 0;
            while (!stream.isClosed()) {
                Optional<Published> next = stream.awaitNewer(seen, KEEP_ALIVE);
                if (next.isEmpty() && !stream.isClosed()) {
                    write(sink, ": still here\n\n".getBytes(US_ASCII));
                } else if (next.isPresent()) {
                    seen = next.get().sequence();
                    String json;
                    try (Published published = next.get()) {
                        json = published.frame().json();
                    }
                    write(sink, ("data: " + json + "\n\n").getBytes(UTF_8));
                }
            }
        });
    }

    private static void write(ReplySink sink, byte[]... parts) throws InterruptedException {
        MemorySegment[] segments = new MemorySegment[parts.length];
        for (int i = 0; i < parts.length; i++) {
            segments[i] = MemorySegment.ofArray(parts[i]);
        }
        sink.write(segments);
    }
}
