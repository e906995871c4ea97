package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.penstock.server.net.GrpcHandler.GrpcReply;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What unary and streaming gRPC calls write and read alike: the 5-byte prefix, codings, statuses (the protocol's pages
 * "gRPC over HTTP2" and "Compression"). A caller that codes its messages, and takes coded ones, is answered in the same
 * coding.
 *
 * <p>Threads: the event loop, but for {@link #decoded} and {@link #coded}, which the handler's thread calls.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class GrpcFraming {
    static final int PREFIX_BYTES = 5;

    private static final AsciiString CONTENT_TYPE = AsciiString.cached("application/grpc");
    private static final AsciiString STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
    private static final AsciiString ENCODING = AsciiString.cached("grpc-encoding");
    private static final AsciiString ACCEPTED = AsciiString.cached("grpc-accept-encoding");
    private static final String SERVED = "identity,deflate,gzip";

    private final Http2Request request;
    private final Optional<Coding> coding;
    private final Optional<Coding> answerCoding;
    private boolean begun;

    GrpcFraming(Http2Request request) {
        this.request = request;
        this.coding = request.header("grpc-encoding").flatMap(Coding::find);
        String accepted =
                "," + request.header("grpc-accept-encoding").orElse("").replace(" ", "") + ",";
        this.answerCoding = coding.filter(wanted -> accepted.contains("," + wanted.token() + ","));
    }

    /**
     * Whether a message is coded, by the first byte of its prefix.
     *
     * @throws ServingException if it is coded in a way that is not served
     */
    boolean isCoded(byte flag) {
        if (flag == 0) {
            return false;
        }
        if (flag != 1) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "a message's first byte must be 0 or 1: " + (flag & 0xFF));
        }
        if (coding.isEmpty()) {
            throw new ServingException(
                    ErrorCode.UNIMPLEMENTED,
                    "messages in grpc-encoding '"
                            + request.header("grpc-encoding").orElse("identity")
                            + "' are not served, but gzip and deflate");
        }
        return true;
    }

    /** The decoded message; the caller closes its lease. */
    RequestBody decoded(RequestBody message) {
        return coding.orElseThrow()
                .decode(
                        message.bytes(),
                        request.parts.pool(),
                        request.parts.limits().maxBodyBytes(),
                        "message");
    }

    /** The message as it goes out. */
    GrpcReply coded(GrpcReply message) {
        if (answerCoding.isEmpty()) {
            return message;
        }
        RequestBody body;
        try {
            body = answerCoding.get().encode(message.parts(), request.parts.pool());
        } catch (ServingException e) {
            message.release().run();
            throw e;
        }
        message.release().run();
        List<MemorySegment> parts = List.of(body.bytes());
        return new GrpcReply(parts, body.lease()::close);
    }

    long length(GrpcReply message) {
        long length = 0;
        for (MemorySegment part : message.parts()) {
            length += part.byteSize();
        }
        return length;
    }

    /** Sends the answer's head, if that has not happened yet. */
    void begin() {
        if (!begun) {
            begun = true;
            Http2Headers head = head();
            answerCoding.ifPresent(chosen -> head.set(ENCODING, chosen.token()));
            request.connection.writeHeaders(request.stream.id(), head, false);
        }
    }

    /** Writes a message as {@link #coded} made it, without a flush; the future is done when its bytes have left. */
    ChannelFuture message(GrpcReply message) {
        request.sending(length(message));
        ByteBuf prefix = Unpooled.buffer(PREFIX_BYTES);
        prefix.writeByte(answerCoding.isPresent() ? 1 : 0).writeInt(Math.toIntExact(length(message)));
        return request.connection.writeData(
                request.stream.id(),
                Unpooled.wrappedBuffer(prefix, Buffers.wrap(message.parts())),
                false,
                request.connection.newPromise());
    }

    /** Ends the call with status OK. */
    void end() {
        if (request.isOpen()) {
            begin();
            request.answering(0);
            request.connection.writeHeaders(request.stream.id(), new DefaultHttp2Headers().setInt(STATUS, 0), true);
            finish();
        }
    }

    void end(ServingException failure) {
        if (!request.isOpen()) {
            return;
        }
        request.answering(ErrorStatus.grpc(failure.code()));
        Http2Headers trailers = begun ? new DefaultHttp2Headers() : head();
        trailers.setInt(STATUS, ErrorStatus.grpc(failure.code())).set(MESSAGE, percentEncoded(failure.sentence()));
        request.connection.writeHeaders(request.stream.id(), trailers, true);
        finish();
    }

    private void finish() {
        if (request.isOpen() && request.stream.state().remoteSideOpen()) {
            request.connection.reset(request.stream.id(), Http2Error.NO_ERROR);
        }
        request.connection.flush();
    }

    private Http2Headers head() {
        return new DefaultHttp2Headers()
                .status("200")
                .set("content-type", CONTENT_TYPE)
                .set(ACCEPTED, SERVED)
                .set(RequestIds.HEADER, request.id);
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
}
