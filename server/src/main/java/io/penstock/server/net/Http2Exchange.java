package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.Optional;

/**
 * One plain HTTP request on an HTTP/2 stream.
 *
 * <p>Threads: the event loop, but for {@link #stream}, which the handler's thread runs.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class Http2Exchange implements Http2Call, Invocation.Outcome<Optional<HttpReply.Whole>> {
    private final PortParts parts;
    private final Http2Connection connection;
    private final Http2Stream stream;
    private final Http2Headers headers;
    private final Http2Request request;
    private final BodyCollector body;
    private final Invocation<Optional<HttpReply.Whole>> invocation;
    private boolean refused;
    private boolean started;
    private boolean streaming;

    Http2Exchange(PortParts parts, Http2Connection connection, Http2Stream stream, Http2Headers headers) {
        this.parts = parts;
        this.connection = connection;
        this.stream = stream;
        this.headers = headers;
        this.request = new Http2Request(parts, connection, stream, headers, "h2");
        this.body = new BodyCollector(parts.pool(), parts.limits().maxBodyBytes(), "body");
        this.invocation = new Invocation<>(connection.loop(), request.limit(), request.scope(), parts.inFlight(), this);
    }

    @Override
    public void begin(boolean endOfStream) {
        try {
            request.checkHost();
            request.admit();
            Optional<String> length = request.header("content-length");
            if (length.isPresent()) {
                body.expect(parsedLength(length.get()));
                request.raiseWindows(parsedLength(length.get()));
            }
        } catch (ServingException e) {
            refuse(e);
            return;
        }
        if (endOfStream) {
            start();
        } else {
            request.watchPace();
        }
    }

    private static long parsedLength(String text) {
        if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "content-length is not a number");
        }
        return Long.parseLong(text);
    }

    @Override
    public void data(ByteBuf data, boolean endOfStream) {
        if (refused || started) {
            return;
        }
        try {
            request.countBytes(data.readableBytes());
            body.add(data);
            if (endOfStream && body.isShort()) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST, "the body ends " + body.missing() + " bytes too early");
            }
        } catch (ServingException e) {
            refuse(e);
            return;
        }
        if (endOfStream) {
            request.stopPace();
            start();
        }
    }

    private void refuse(ServingException failure) {
        refused = true;
        request.stopPace();
        body.discard();
        failed(failure);
    }

    private void start() {
        started = true;
        RequestBody whole = body.take();
        Deadline deadline = Deadline.after(parts.limits().requestDeadline());
        HttpRequest asked = new HttpRequest(
                request.id,
                String.valueOf(headers.method()),
                RequestTarget.path(String.valueOf(headers.path())),
                RequestTarget.query(String.valueOf(headers.path())),
                request::header,
                whole,
                request.caller(),
                deadline);
        request.observation.received();
        invocation.limit(deadline);
        if (!invocation.begin(answering -> parts.http().begin(asked, answering.from(Optional::of)), whole)) {
            invocation.start(() -> handle(asked), whole);
        }
    }

    /** On the handler's thread. */
    private Optional<HttpReply.Whole> handle(HttpRequest asked) throws InterruptedException {
        return switch (parts.http().handle(asked)) {
            case HttpReply.Whole whole -> Optional.of(whole);
            case HttpReply.Streamed streamed -> {
                stream(streamed);
                yield Optional.empty();
            }
        };
    }

    private void stream(HttpReply.Streamed streamed) throws InterruptedException {
        connection.loop().execute(() -> {
            streaming = true;
            invocation.unlimit();
            if (request.isOpen()) {
                request.answering(streamed.status());
                connection.writeHeaders(stream.id(), head(streamed), false);
                connection.flush();
            }
        });
        Runnable cut = () -> connection.loop().execute(() -> connection.reset(stream.id(), Http2Error.CANCEL));
        BlockingSink sink =
                new BlockingSink(this::sendPiece, cut, parts.limits().writeDeadline());
        try {
            if (!isHead()) {
                streamed.writer().write(sink);
            }
        } catch (InterruptedException e) {
            if (!parts.connections().isDraining()) {
                throw e;
            }
        }
    }

    private boolean isHead() {
        return "HEAD".contentEquals(headers.method());
    }

    private ChannelFuture sendPiece(ByteBuf piece) {
        ChannelPromise promise = connection.newPromise();
        connection.loop().execute(() -> {
            if (request.isOpen()) {
                connection.writeData(stream.id(), piece, false, promise);
                connection.flush();
            } else {
                piece.release();
                promise.setFailure(new ServingException(ErrorCode.CANCELLED, "the stream is closed"));
            }
        });
        return promise;
    }

    @Override
    public void answered(Optional<HttpReply.Whole> answer) {
        request.observation.handled();
        if (answer.isPresent()) {
            send(answer.get());
        } else if (request.isOpen()) {
            connection.writeData(stream.id(), Unpooled.EMPTY_BUFFER, true, connection.newPromise());
            connection.flush();
        }
    }

    @Override
    public void failed(ServingException failure) {
        if (streaming) {
            connection.reset(stream.id(), Http2Error.INTERNAL_ERROR);
        } else {
            send(Failures.reply(failure));
        }
    }

    @Override
    public void dropped(Optional<HttpReply.Whole> answer) {
        answer.ifPresent(whole -> whole.release().run());
    }

    private Http2Headers head(HttpReply reply) {
        Http2Headers head = new DefaultHttp2Headers().status(String.valueOf(reply.status()));
        for (HttpReply.Header header : reply.headers()) {
            head.add(header.name(), header.value());
        }
        return head.set(RequestIds.HEADER, request.id);
    }

    private void send(HttpReply.Whole reply) {
        if (!request.isOpen()) {
            reply.release().run();
            return;
        }
        request.answering(reply.status());
        request.sending(reply.length());
        int streamId = stream.id();
        Http2Headers head = head(reply).setLong("content-length", reply.length());
        boolean empty = reply.length() == 0 || isHead();
        connection.writeHeaders(streamId, head, empty);
        if (empty) {
            reply.release().run();
            endRequest();
        } else {
            request.limitAnswer(reply.length());
            connection
                    .writeData(streamId, Buffers.wrap(reply.parts()), true, connection.newPromise())
                    .addListener((ChannelFutureListener) written -> {
                        reply.release().run();
                        endRequest();
                    });
        }
        connection.flush();
    }

    /** After an answer nobody reads the rest of a body that was refused. */
    private void endRequest() {
        if (refused) {
            connection.reset(stream.id(), Http2Error.NO_ERROR);
        }
    }

    @Override
    public void drain() {
        if (streaming) {
            invocation.interrupt();
        }
    }

    @Override
    public void closed() {
        request.closed();
        body.discard();
        invocation.cancel();
    }
}
