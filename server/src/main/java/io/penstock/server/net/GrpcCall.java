package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.penstock.server.net.GrpcHandler.GrpcReply;
import io.penstock.server.net.GrpcHandler.GrpcRequest;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * One unary gRPC call: a 5-byte prefix and one message each way, a status in the trailers (the protocol's page "gRPC
 * over HTTP2").
 *
 * <p>Threads: the event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class GrpcCall implements Http2Call, Invocation.Outcome<GrpcReply> {
    private static final int PREFIX_BYTES = 5;
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("application/grpc");
    private static final AsciiString STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");

    private final PortParts parts;
    private final Http2Connection connection;
    private final Http2Stream stream;
    private final Http2Headers headers;
    private final Http2Request request;
    private final ByteBuf prefix = Unpooled.buffer(PREFIX_BYTES, PREFIX_BYTES);
    private final BodyCollector message;
    private final Invocation<GrpcReply> invocation;
    private Deadline deadline;
    private boolean done;

    GrpcCall(PortParts parts, Http2Connection connection, Http2Stream stream, Http2Headers headers) {
        this.parts = parts;
        this.connection = connection;
        this.stream = stream;
        this.headers = headers;
        this.request = new Http2Request(parts, connection, stream, headers);
        this.message = new BodyCollector(parts.pool(), parts.limits().maxBodyBytes(), "message");
        this.invocation = new Invocation<>(connection.loop(), request.id, parts.inFlight(), this);
        this.deadline = Deadline.after(parts.limits().requestDeadline());
    }

    @Override
    public void begin(boolean endOfStream) {
        try {
            request.checkHost();
            Optional<String> timeout = request.header("grpc-timeout");
            if (timeout.isPresent()) {
                deadline = deadline.earlier(Deadline.after(GrpcTimeout.parse(timeout.get())));
            }
            String path = String.valueOf(headers.path());
            if (!parts.grpc().serves(path)) {
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
        if (prefix.getByte(0) != 0) {
            throw new ServingException(ErrorCode.UNIMPLEMENTED, "compressed messages are not supported");
        }
        long length = prefix.getUnsignedInt(1);
        message.expect(length);
        request.raiseWindows(length);
    }

    private void start() {
        request.stopPace();
        done = true;
        RequestBody whole = message.take();
        GrpcRequest asked = new GrpcRequest(request.id, String.valueOf(headers.path()), whole, deadline);
        invocation.start(() -> parts.grpc().call(asked), whole);
    }

    private void refuse(ServingException failure) {
        message.discard();
        request.stopPace();
        done = true;
        invocation.cancel();
        finish(failure);
    }

    @Override
    public void answered(GrpcReply answer) {
        if (!request.isOpen()) {
            answer.release().run();
            return;
        }
        long length = 0;
        for (var part : answer.parts()) {
            length += part.byteSize();
        }
        int streamId = stream.id();
        ByteBuf head = Unpooled.buffer(PREFIX_BYTES);
        head.writeByte(0).writeInt(Math.toIntExact(length));
        connection.writeHeaders(streamId, head("200"), false);
        connection
                .writeData(
                        streamId,
                        Unpooled.wrappedBuffer(head, Buffers.wrap(answer.parts())),
                        false,
                        connection.newPromise())
                .addListener((ChannelFutureListener) written -> answer.release().run());
        request.limitAnswer(length);
        connection.writeHeaders(streamId, new DefaultHttp2Headers().setInt(STATUS, 0), true);
        connection.flush();
    }

    private Http2Headers head(String status) {
        return new DefaultHttp2Headers()
                .status(status)
                .set("content-type", CONTENT_TYPE)
                .set(RequestIds.HEADER, request.id);
    }

    @Override
    public void failed(ServingException failure) {
        message.discard();
        done = true;
        request.stopPace();
        finish(failure);
    }

    private void finish(ServingException failure) {
        if (!request.isOpen()) {
            return;
        }
        Http2Headers trailers = head("200")
                .setInt(STATUS, ErrorStatus.grpc(failure.code()))
                .set(MESSAGE, percentEncoded(failure.sentence()));
        connection.writeHeaders(stream.id(), trailers, true);
        if (stream.state().remoteSideOpen()) {
            connection.reset(stream.id(), Http2Error.NO_ERROR);
        }
        connection.flush();
    }

    @Override
    public void dropped(GrpcReply answer) {
        answer.release().run();
    }

    /** Everything but printable ASCII, and the percent sign itself, as {@code %XX} of its UTF-8 bytes. */
    static String percentEncoded(String sentence) {
        StringBuilder out = new StringBuilder(sentence.length() + 16);
        for (byte b : sentence.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b < 0x7F && b != '%') {
                out.append((char) b);
            } else {
                out.append('%').append(String.format(Locale.ROOT, "%02X", b & 0xFF));
            }
        }
        return out.toString();
    }

    @Override
    public void drain() {}

    @Override
    public void closed() {
        request.closed();
        message.discard();
        invocation.cancel();
    }

    /** The header {@code grpc-timeout}: up to eight digits and a unit. */
    static final class GrpcTimeout {
        /** Ten years; far more would overflow a clock of nanoseconds. */
        private static final long MAX_HOURS = 87_600;

        private GrpcTimeout() {}

        static Duration parse(String text) {
            int digits = text.length() - 1;
            if (digits < 1 || digits > 8 || !text.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9')) {
                throw wrong(text);
            }
            long value = Long.parseLong(text.substring(0, digits));
            return switch (text.charAt(digits)) {
                case 'H' -> Duration.ofHours(Math.min(value, MAX_HOURS));
                case 'M' -> Duration.ofMinutes(Math.min(value, 60 * MAX_HOURS));
                case 'S' -> Duration.ofSeconds(value);
                case 'm' -> Duration.ofMillis(value);
                case 'u' -> Duration.ofNanos(1_000 * value);
                case 'n' -> Duration.ofNanos(value);
                default -> throw wrong(text);
            };
        }

        private static ServingException wrong(String text) {
            return new ServingException(
                    ErrorCode.INVALID_REQUEST, "grpc-timeout must be up to 8 digits and one of H M S m u n: " + text);
        }
    }
}
