package io.penstock.server.net;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.ServingException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 request from its head to the last byte of its answer.
 *
 * <p>Threads: the event loop, but for {@link #stream}, which the handler's thread runs.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class Http1Exchange implements Invocation.Outcome<Optional<HttpReply.Whole>> {
    private final PortParts parts;
    private final ChannelHandlerContext ctx;
    private final HttpRequest head;
    private final Http1Connection connection;
    private final String id;
    private final BodyCollector body;
    private final Invocation<Optional<HttpReply.Whole>> invocation;
    private @Nullable PaceGuard pace;
    private @Nullable ServingException refusal;
    private final RequestObserver.Observation observation;
    private Caller caller = Caller.UNKNOWN;
    private int status;
    private long bytesIn;
    private long bytesOut;
    private boolean reading = true;
    private boolean streaming;
    private boolean keepAlive;
    private boolean left;

    Http1Exchange(PortParts parts, ChannelHandlerContext ctx, HttpRequest head, Http1Connection connection) {
        this.parts = parts;
        this.ctx = ctx;
        this.head = head;
        this.connection = connection;
        this.id = RequestIds.of(Optional.ofNullable(head.headers().get(RequestIds.HEADER)));
        this.keepAlive = HttpUtil.isKeepAlive(head);
        this.body = new BodyCollector(parts.pool(), parts.limits().maxBodyBytes(), "body");
        this.observation = observed();
        RequestScope scope = new RequestScope(id, observation.trace());
        this.invocation = new Invocation<>(ctx.executor(), connection.timer(), scope, parts.inFlight(), this);
    }

    private RequestObserver.Observation observed() {
        if (parts.observer().equals(RequestObserver.NONE)) {
            return RequestObserver.Observation.NONE;
        }
        HttpHeaders headers = head.headers();
        return parts.observer()
                .began(new RequestObserver.RequestHead(
                        id,
                        WebSocketUpgrade.isAsked(head) ? "websocket" : "http/1.1",
                        head.method().name(),
                        RequestTarget.path(head.uri()),
                        name -> Optional.ofNullable(headers.get(name))));
    }

    void begin() {
        parts.inFlight().enter();
        boolean chunked = HttpUtil.isTransferEncodingChunked(head);
        String announced = head.headers().get(HttpHeaderNames.CONTENT_LENGTH, "0");
        boolean hasBody = chunked || !announced.equals("0");
        try {
            checkHead();
            if (!chunked) {
                body.expect(contentLength());
            }
        } catch (ServingException e) {
            refuse(e, hasBody);
            return;
        }
        if (hasBody) {
            pace = new PaceGuard(connection.timer(), parts.limits().slowestBody(), () -> ctx.close());
        }
        if (HttpUtil.is100ContinueExpected(head)) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
    }

    private long contentLength() {
        try {
            return HttpUtil.getContentLength(head, 0L);
        } catch (NumberFormatException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "content-length is not a number", e);
        }
    }

    private void checkHead() {
        if (head.decoderResult().isFailure()) {
            keepAlive = false;
            Throwable cause = head.decoderResult().cause();
            boolean tooLong = cause instanceof TooLongHttpHeaderException || cause instanceof TooLongHttpLineException;
            throw tooLong
                    ? new ServingException(
                            ErrorCode.TOO_LARGE,
                            "the request's head is larger than the "
                                    + parts.limits().maxHeaderBytes() + " bytes allowed")
                    : new ServingException(ErrorCode.INVALID_REQUEST, "the request is not HTTP/1.1");
        }
        String host = head.headers().get(HttpHeaderNames.HOST);
        if (host == null && head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "the request has no Host");
        }
        RequestTarget.checkHost(parts.hosts(), host);
        HttpHeaders headers = head.headers();
        caller = parts.admission()
                .admit(
                        name -> Optional.ofNullable(headers.get(name)),
                        head.method().name(),
                        RequestTarget.path(head.uri()));
    }

    /** Answers without reading the body; what follows on the connection cannot be told from it, so it ends. */
    private void refuse(ServingException failure, boolean bodyPending) {
        stopReading();
        body.discard();
        refusal = failure;
        if (bodyPending || head.decoderResult().isFailure()) {
            reading = false;
            keepAlive = false;
            connection.discardInput();
            failed(failure);
        }
    }

    private void stopReading() {
        if (pace != null) {
            pace.stop();
        }
    }

    boolean isReading() {
        return reading;
    }

    void content(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (refusal == null) {
            try {
                if (content.decoderResult().isFailure()) {
                    throw new ServingException(ErrorCode.INVALID_REQUEST, "the body's chunks are malformed");
                }
                if (pace != null) {
                    pace.count(content.content().readableBytes());
                }
                bytesIn += content.content().readableBytes();
                body.add(content.content());
            } catch (ServingException e) {
                refuse(e, !last || content.decoderResult().isFailure());
            }
        }
        if (last && reading) {
            reading = false;
            stopReading();
            if (refusal == null && isUpgrade()) {
                body.discard();
                upgrade();
            } else if (refusal == null) {
                start();
            } else {
                failed(refusal);
            }
        }
    }

    private boolean isUpgrade() {
        return WebSocketUpgrade.isAsked(head)
                && RequestTarget.path(head.uri()).equals(parts.webSocket().path());
    }

    /** From now on the connection belongs to the WebSocket. */
    private void upgrade() {
        try {
            caller.require(Access.EVERYTHING); // the page shows all there is
            WebSocketConnection.start(parts, ctx, head, id);
        } catch (ServingException e) {
            failed(e);
            return;
        }
        status = 101;
        left();
    }

    private void start() {
        Deadline deadline = Deadline.after(parts.limits().requestDeadline());
        RequestBody whole = body.take();
        HttpHeaders headers = head.headers();
        io.penstock.server.net.HttpRequest request = new io.penstock.server.net.HttpRequest(
                id,
                head.method().name(),
                RequestTarget.path(head.uri()),
                RequestTarget.query(head.uri()),
                name -> Optional.ofNullable(headers.get(name)),
                whole,
                caller,
                deadline);
        observation.received();
        invocation.limit(deadline);
        if (!invocation.begin(answering -> parts.http().begin(request, answering.from(Optional::of)), whole)) {
            invocation.start(() -> handle(request), whole);
        }
    }

    /** On the handler's thread. */
    private Optional<HttpReply.Whole> handle(io.penstock.server.net.HttpRequest request) throws InterruptedException {
        HttpReply reply = parts.http().handle(request);
        // No switch on types: its first use costs a start tens of milliseconds.
        if (reply instanceof HttpReply.Whole whole) {
            return Optional.of(whole);
        }
        stream((HttpReply.Streamed) reply);
        return Optional.empty();
    }

    private void stream(HttpReply.Streamed streamed) throws InterruptedException {
        boolean chunked = head.protocolVersion().equals(HttpVersion.HTTP_1_1);
        ctx.executor().execute(() -> {
            streaming = true;
            invocation.unlimit();
            keepAlive &= chunked;
            HttpResponse response = response(streamed);
            if (chunked) {
                HttpUtil.setTransferEncodingChunked(response, true);
            }
            ctx.writeAndFlush(response);
        });
        BlockingSink sink = new BlockingSink(
                buffer -> ctx.channel().writeAndFlush(new DefaultHttpContent(buffer)),
                () -> ctx.channel().close(),
                parts.limits().writeDeadline());
        try {
            if (!head.method().name().equals("HEAD")) {
                streamed.writer().write(sink);
            }
        } catch (InterruptedException e) {
            if (!parts.connections().isDraining()) {
                ctx.channel().close();
                throw e;
            }
        } catch (RuntimeException e) { // the answer has begun, so all that can still be said is that it is not whole
            ctx.channel().close();
            throw e;
        }
    }

    @Override
    public void answered(Optional<HttpReply.Whole> answer) {
        observation.handled();
        if (answer.isPresent()) {
            send(answer.get());
        } else {
            ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(f -> leave());
        }
    }

    @Override
    public void failed(ServingException failure) {
        if (streaming) {
            ctx.close();
        } else {
            send(Failures.reply(failure));
        }
    }

    @Override
    public void dropped(Optional<HttpReply.Whole> answer) {
        answer.ifPresent(whole -> whole.release().run());
    }

    private HttpResponse response(HttpReply reply) {
        HttpResponse response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()));
        fill(response, reply);
        return response;
    }

    private void fill(HttpResponse response, HttpReply reply) {
        for (HttpReply.Header header : reply.headers()) {
            response.headers().add(header.name(), header.value());
        }
        status = reply.status();
        response.headers().set(RequestIds.HEADER, id);
        keepAlive &= !parts.connections().isDraining();
        HttpUtil.setKeepAlive(response.headers(), head.protocolVersion(), keepAlive);
    }

    private void send(HttpReply.Whole reply) {
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), Buffers.wrap(reply.parts()));
        fill(response, reply);
        bytesOut = reply.length();
        HttpUtil.setContentLength(response, bytesOut);
        connection.timer().start(parts.limits().answerDeadline(reply.length()).toNanos(), ctx::close);
        ctx.writeAndFlush(response).addListener((ChannelFutureListener) written -> {
            connection.timer().stop();
            reply.release().run();
            leave();
        });
    }

    private void leave() {
        if (!left) {
            left();
            connection.finished(ctx, keepAlive);
        }
    }

    void disconnected() {
        stopReading();
        body.discard();
        invocation.cancel();
        if (!left) {
            status = status == 0 ? ErrorStatus.http(ErrorCode.CANCELLED) : status;
            left();
        }
    }

    private void left() {
        left = true;
        parts.inFlight().leave();
        observation.ended(new RequestObserver.Outcome(status, caller.name(), bytesIn, bytesOut));
    }

    /** A streamed answer would never end by itself. */
    void drain() {
        if (streaming) {
            invocation.interrupt();
        }
    }
}
