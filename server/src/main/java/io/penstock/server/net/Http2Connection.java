package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.EventExecutor;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection. Each stream is gRPC or plain HTTP by its content type: both share the connection.
 *
 * <p>Flow control: windows start small, so that an idle connection is promised little; when a body's length is known
 * and its memory is set aside, the stream's and the connection's window are raised to it, and lowered again with the
 * stream's end.
 *
 * <p>Threads: the event loop, but for {@link #drain} and {@link #closeIfIdle}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class Http2Connection extends Http2ConnectionHandler implements Connections.Connection {
    private static final int FIRST_WINDOW = 64 << 10;
    private static final long MAX_WINDOW = 8 << 20;
    private static final long GOAWAY_MILLIS = 200;
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");

    private final PortParts parts;
    private final PropertyKey callKey;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> idle;

    static Http2Connection create(PortParts parts) {
        var connection = new DefaultHttp2Connection(true);
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        var encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter());
        int maxHeader = parts.limits().maxHeaderBytes();
        var reader =
                new StreamingFrameReader(new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(true, maxHeader)));
        return new Builder(parts, new DefaultHttp2ConnectionDecoder(connection, encoder, reader), encoder).build();
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Connection, Builder> {
        private final PortParts parts;

        Builder(PortParts parts, Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder) {
            this.parts = parts;
            codec(decoder, encoder);
            initialSettings(new Http2Settings()
                    .initialWindowSize(FIRST_WINDOW)
                    .maxConcurrentStreams(parts.limits().protocols().streamsPerConnection())
                    .maxHeaderListSize(parts.limits().maxHeaderBytes()));
        }

        @Override
        public Http2Connection build() {
            return super.build();
        }

        @Override
        protected Http2Connection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            Http2Connection handler = new Http2Connection(parts, decoder, encoder, settings);
            decoder.frameListener(handler.new Frames());
            return handler;
        }
    }

    private Http2Connection(
            PortParts parts, Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        super(decoder, encoder, settings);
        this.parts = parts;
        this.callKey = connection().newKey();
        connection().addListener(new Streams());
    }

    /** Ends calls with their streams, and watches for idleness. */
    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamActive(Http2Stream stream) {
            if (idle != null) {
                idle.cancel(false);
                idle = null;
            }
        }

        @Override
        public void onStreamClosed(Http2Stream stream) {
            if (stream.getProperty(callKey) instanceof Http2Call call) {
                call.closed();
            }
            if (connection().numActiveStreams() == 0) {
                awaitStream();
            }
        }
    }

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean endOfStream) {
            headersRead(id, headers, endOfStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream) {
            headersRead(id, headers, endOfStream);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean endOfStream) {
            int bytes = data.readableBytes() + padding;
            Http2Stream stream = connection().stream(id);
            if (stream != null && stream.getProperty(callKey) instanceof Http2Call call) {
                call.data(data, endOfStream);
                return call.read(bytes);
            }
            return bytes;
        }
    }

    private void headersRead(int id, Http2Headers headers, boolean endOfStream) {
        Http2Stream stream = Objects.requireNonNull(connection().stream(id));
        if (stream.getProperty(callKey) instanceof Http2Call call) {
            // Trailers; they end the body.
            if (endOfStream) {
                call.data(Unpooled.EMPTY_BUFFER, true);
            }
            return;
        }
        CharSequence type = headers.get(HttpHeaderNames.CONTENT_TYPE);
        boolean isGrpc = type != null && AsciiString.of(type).startsWith(GRPC);
        Http2Call call = isGrpc ? grpc(stream, headers) : new Http2Exchange(parts, this, stream, headers);
        stream.setProperty(callKey, call);
        call.begin(endOfStream);
    }

    private Http2Call grpc(Http2Stream stream, Http2Headers headers) {
        boolean streams = parts.grpc().kind(String.valueOf(headers.path())) == GrpcHandler.Kind.STREAM;
        return streams ? new GrpcStreamCall(parts, this, stream, headers) : new GrpcCall(parts, this, stream, headers);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        parts.connections().add(this);
        awaitStream();
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        parts.connections().remove(this);
        super.handlerRemoved0(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        parts.connections().remove(this);
        if (idle != null) {
            idle.cancel(false);
        }
        super.channelInactive(ctx);
    }

    private void awaitStream() {
        if (idle != null) {
            idle.cancel(false);
        }
        if (!ctx().channel().isActive()) {
            return;
        }
        long nanos = parts.limits().idleTimeout().toNanos();
        idle = ctx().executor().schedule(() -> ctx().close(), nanos, TimeUnit.NANOSECONDS);
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(context);
    }

    EventExecutor loop() {
        return ctx().executor();
    }

    boolean isOpen(int id) {
        return connection().stream(id) != null;
    }

    /** Lets a body of this length come without waiting for window updates; gives back by how much windows were raised. */
    int raiseWindows(Http2Stream stream, long bodyBytes) {
        int raise = (int) Math.max(0, Math.min(bodyBytes, MAX_WINDOW) - FIRST_WINDOW);
        if (raise > 0) {
            changeWindow(stream, raise);
            changeWindow(connection().connectionStream(), raise);
        }
        return raise;
    }

    /** Lets the client send as many bytes more as were held back; the stream may have gone meanwhile. */
    void returnBytes(Http2Stream stream, int bytes) {
        try {
            if (bytes > 0 && isOpen(stream.id()) && decoder().flowController().consumeBytes(stream, bytes)) {
                flush(ctx());
            }
        } catch (Http2Exception e) { // the stream is closing: it needs no window any more
            return;
        }
    }

    void lowerConnectionWindow(int raised) {
        if (raised > 0) {
            changeWindow(connection().connectionStream(), -raised);
        }
    }

    private void changeWindow(Http2Stream stream, int by) {
        try {
            Http2LocalFlowController windows = decoder().flowController();
            windows.incrementWindowSize(stream, by);
            flush(ctx());
        } catch (Http2Exception e) { // the stream is closing: it needs no window any more
            return;
        }
    }

    void writeHeaders(int id, Http2Headers headers, boolean endOfStream) {
        encoder().writeHeaders(ctx(), id, headers, 0, endOfStream, ctx().newPromise());
    }

    /** Takes over {@code data}. */
    ChannelFuture writeData(int id, ByteBuf data, boolean endOfStream, ChannelPromise promise) {
        return encoder().writeData(ctx(), id, data, 0, endOfStream, promise);
    }

    ChannelPromise newPromise() {
        return ctx().newPromise();
    }

    /** Sends what was written. A context's own flush would leave DATA behind in the flow controller. */
    void flush() {
        flush(ctx());
    }

    void reset(int id, Http2Error error) {
        if (isOpen(id)) {
            resetStream(ctx(), id, error.code(), ctx().newPromise());
            flush();
        }
    }

    @Override
    public void drain() {
        loop().execute(() -> {
            if (!ctx().channel().isActive()) {
                return;
            }
            // First no stream is refused, for some are on their way while the client reads this; then those that are
            // still new are, which clients repeat elsewhere; and only then is the connection closed (RFC 9113, 6.8).
            sayGoAway(Integer.MAX_VALUE);
            drainCalls();
            loop().schedule(this::refuseStreams, GOAWAY_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    private void sayGoAway(int lastStream) {
        goAway(ctx(), lastStream, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx().newPromise());
        flush();
    }

    private void refuseStreams() {
        sayGoAway(connection().remote().lastStreamCreated());
        loop().schedule(() -> closeOnceQuiet(false), GOAWAY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * A client closes once it has its answers. To close earlier would lose them: what it still sends then fails, and
     * with that failure it drops what it has not read.
     */
    private void closeOnceQuiet(boolean wasQuiet) {
        boolean quiet = connection().numActiveStreams() == 0;
        if (quiet && wasQuiet) {
            ctx().close();
        } else if (ctx().channel().isActive()) {
            loop().schedule(() -> closeOnceQuiet(quiet), GOAWAY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void drainCalls() {
        try {
            connection().forEachActiveStream(stream -> {
                if (stream.getProperty(callKey) instanceof Http2Call call) {
                    call.drain();
                }
                return true;
            });
        } catch (Http2Exception e) { // our visitor throws nothing
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void closeIfIdle() {
        loop().execute(() -> {
            if (connection().numActiveStreams() == 0 && !connection().goAwaySent()) {
                ctx().channel().close();
            }
        });
    }
}
