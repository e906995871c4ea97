package io.penstock.server.net;

import io.penstock.serving.Begun;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decodes request bodies by {@code content-encoding}, and codes the answers of inferences that the caller takes in
 * {@code gzip} or {@code deflate} ({@code accept-encoding}, RFC 9110). All other answers stay as they are, as Triton's do:
 * its asyncio client says that it takes gzip, but can read it in the answer to an inference alone.
 */
public final class CodedBodies implements HttpHandler {
    private static final long WORTH_CODING = 256;
    private static final int THOUSANDTHS = 1_000;

    private final HttpHandler handler;
    private final TensorPool pool;
    private final long maxBytes;

    /** @param maxBytes of a decoded body */
    public CodedBodies(HttpHandler handler, TensorPool pool, long maxBytes) {
        this.handler = handler;
        this.pool = pool;
        this.maxBytes = maxBytes;
    }

    @Override
    public HttpReply handle(HttpRequest request) throws InterruptedException {
        HttpReply reply = answer(request);
        if (!(reply instanceof HttpReply.Whole whole) || whole.length() < WORTH_CODING || !isInference(request)) {
            return reply;
        }
        Optional<Coding> wanted =
                wanted(request.headers().find("accept-encoding").orElse(""));
        return wanted.isEmpty() ? varied(whole) : coded(whole, wanted.get());
    }

    /** What must be decoded or coded takes longer than an event loop has. */
    @Override
    public Optional<Begun> begin(HttpRequest request, Answering<HttpReply.Whole> answering) {
        Optional<String> accepted = request.headers().find("accept-encoding");
        boolean coded = accepted.isPresent() && wanted(accepted.get()).isPresent();
        if (coded || request.headers().find("content-encoding").isPresent()) {
            return Optional.empty();
        }
        return handler.begin(request, answering.from(CodedBodies::varied));
    }

    private static HttpReply.Whole varied(HttpReply.Whole whole) {
        return whole.length() < WORTH_CODING ? whole : whole.with("vary", "accept-encoding");
    }

    private HttpReply answer(HttpRequest request) throws InterruptedException {
        String coding =
                request.headers().find("content-encoding").orElse("identity").strip();
        if (coding.isEmpty() || coding.equalsIgnoreCase("identity")) {
            return handler.handle(request);
        }
        Coding known = Coding.find(coding)
                .orElseThrow(() -> new ServingException(
                        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "content-encoding '" + (coding.length() <= 40 ? coding : coding.substring(0, 40))
                                + "' is not served; send the body as it is, or in gzip or deflate"));
        RequestBody decoded = known.decode(request.body().bytes(), pool, maxBytes, "body");
        try {
            return handler.handle(request.withBody(decoded));
        } finally {
            decoded.lease().close();
        }
    }

    private static boolean isInference(HttpRequest request) {
        String path = request.path();
        String whole = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return request.method().equals("POST") && (whole.endsWith("/infer") || whole.endsWith(":predict"));
    }

    private HttpReply coded(HttpReply.Whole reply, Coding coding) {
        RequestBody body;
        try {
            body = coding.encode(reply.parts(), pool);
        } catch (ServingException e) { // no memory for it now: the answer goes as it is
            return reply.with("vary", "accept-encoding");
        }
        reply.release().run();
        List<HttpReply.Header> headers = new ArrayList<>(reply.headers());
        headers.add(new HttpReply.Header("content-encoding", coding.token()));
        headers.add(new HttpReply.Header("vary", "accept-encoding"));
        List<MemorySegment> parts = List.of(body.bytes());
        return new HttpReply.Whole(reply.status(), headers, parts, body.lease()::close);
    }

    /** The coding that the caller likes best of those served here; none where it likes the plain body better. */
    static Optional<Coding> wanted(String accepted) {
        Optional<Coding> best = Optional.empty();
        int bestWeight = 0;
        for (String entry : accepted.split(",", -1)) {
            String[] parts = entry.split(";", 2);
            Optional<Coding> coding = Coding.find(parts[0]);
            int weight = parts.length == 1 ? THOUSANDTHS : weight(parts[1]);
            if (coding.isPresent() && weight > bestWeight) {
                best = coding;
                bestWeight = weight;
            }
        }
        return best;
    }

    private static int weight(String parameter) {
        String text = parameter.strip();
        if (!text.matches("[qQ]=(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)")) {
            return 0;
        }
        return (int) Math.round(THOUSANDTHS * Double.parseDouble(text.substring(2)));
    }
}
