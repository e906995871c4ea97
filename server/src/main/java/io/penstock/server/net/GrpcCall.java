package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.penstock.server.net.GrpcHandler.GrpcReply;
import io.penstock.server.net.GrpcHandler.GrpcRequest;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.Optional;

/**
 * One unary gRPC call: a 5-byte prefix and one message each way, a status in the trailers (the protocol's page "gRPC
 * over HTTP2").
 *
 * <p>Threads: the event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class GrpcCall implements Http2Call, Invocation.Outcome<GrpcReply> {
    private final PortParts parts;
    private final Http2Headers headers;
    private final Http2Request request;
    private final ByteBuf prefix = Unpooled.buffer(GrpcFraming.PREFIX_BYTES, GrpcFraming.PREFIX_BYTES);
    private final BodyCollector message;
    private final Invocation<GrpcReply> invocation;
    private final GrpcFraming framing;
    private Deadline deadline;
    private boolean coded;
    private boolean done;

    GrpcCall(PortParts parts, Http2Connection connection, Http2Stream stream, Http2Headers headers) {
        this.parts = parts;
        this.headers = headers;
        this.request = new Http2Request(parts, connection, stream, headers, "grpc");
        this.framing = new GrpcFraming(request);
        this.message = new BodyCollector(parts.pool(), parts.limits().maxBodyBytes(), "message");
        this.invocation = new Invocation<>(connection.loop(), request.limit(), request.scope(), parts.inFlight(), this);
        this.deadline = Deadline.after(parts.limits().requestDeadline());
    }

    @Override
    public void begin(boolean endOfStream) {
        try {
            request.checkHost();
            request.admit();
            Optional<String> timeout = request.header("grpc-timeout");
            if (timeout.isPresent()) {
                deadline = deadline.earlier(Deadline.after(GrpcTimeout.parse(timeout.get())));
            }
            String path = String.valueOf(headers.path());
            if (parts.grpc().kind(path) == GrpcHandler.Kind.ABSENT) {
                throw new ServingException(ErrorCode.UNIMPLEMENTED, "there is no method " + path);
            }
            if (endOfStream) {
                throw new ServingException(ErrorCode.INVALID_REQUEST, "the call has no message");
            }
        } catch (ServingException e) {
            refuse(e);
            return;
        }
        invocation.limit(deadline);
        request.watchPace();
    }

    @Override
    public void data(ByteBuf data, boolean endOfStream) {
        if (done) {
            return;
        }
        try {
            request.countBytes(data.readableBytes());
            if (prefix.isWritable()) {
                readPrefix(data);
            }
            message.add(data);
            if (endOfStream) {
                if (prefix.isWritable() || message.isShort()) {
                    throw new ServingException(ErrorCode.INVALID_REQUEST, "the message is cut off");
                }
                start();
            }
        } catch (ServingException e) {
            refuse(e);
        }
    }

    private void readPrefix(ByteBuf data) {
        prefix.writeBytes(data, Math.min(data.readableBytes(), prefix.writableBytes()));
        if (prefix.isWritable()) {
            return;
        }
        coded = framing.isCoded(prefix.getByte(0));
        long length = prefix.getUnsignedInt(1);
        message.expect(length);
        request.raiseWindows(length);
    }

    private void start() {
        request.stopPace();
        done = true;
        RequestBody whole = message.take();
        String path = String.valueOf(headers.path());
        request.observation.received();
        GrpcRequest asked = new GrpcRequest(request.id, path, request::header, whole, request.caller(), deadline);
        boolean isBegun = !coded
                && invocation.begin(answering -> parts.grpc().begin(asked, answering.from(framing::coded)), whole);
        if (!isBegun) {
            invocation.start(() -> call(asked), whole);
        }
    }

    /** On the handler's thread. */
    private GrpcReply call(GrpcRequest asked) throws InterruptedException {
        if (!coded) {
            return framing.coded(parts.grpc().call(asked));
        }
        RequestBody body = framing.decoded(asked.body());
        try {
            return framing.coded(parts.grpc().call(asked.withBody(body)));
        } finally {
            body.lease().close();
        }
    }

    private void refuse(ServingException failure) {
        message.discard();
        request.stopPace();
        done = true;
        invocation.cancel();
        framing.end(failure);
    }

    @Override
    public void answered(GrpcReply answer) {
        request.observation.handled();
        if (!request.isOpen()) {
            answer.release().run();
            return;
        }
        long length = framing.length(answer);
        framing.begin();
        framing.message(answer)
                .addListener((ChannelFutureListener) written -> answer.release().run());
        request.limitAnswer(length);
        framing.end();
    }

    @Override
    public void failed(ServingException failure) {
        message.discard();
        done = true;
        request.stopPace();
        framing.end(failure);
    }

    @Override
    public void dropped(GrpcReply answer) {
        answer.release().run();
    }

    @Override
    public void drain() {}

    @Override
    public void closed() {
        request.closed();
        message.discard();
        invocation.cancel();
    }
}
