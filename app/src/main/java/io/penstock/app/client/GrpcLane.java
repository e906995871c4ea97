package io.penstock.app.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2 with one gRPC call at a time.
 *
 * <p>Threads: everything happens on its event loop; {@link #send} and {@link #close} come from anywhere and go there.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class GrpcLane implements Lane {
    private static final int PAUSE_MILLIS = 10;
    private static final int WINDOW = 8 << 20;
    private static final int FIRST_WINDOW = 65_535;

    private final EventLoop loop;
    private final Connections connections;
    private final GrpcCall call;
    private @Nullable Wire wire;
    private @Nullable Completion waiting;

    GrpcLane(EventLoop loop, Connections connections, GrpcCall call) {
        this.loop = loop;
        this.connections = connections;
        this.call = call;
    }

    /** An open connection. */
    private record Wire(Channel channel, Http2ConnectionHandler handler) {}

    @Override
    public void send(Completion completion) {
        if (loop.inEventLoop()) {
            begin(completion);
        } else {
            loop.execute(() -> begin(completion));
        }
    }

    private void begin(Completion completion) {
        waiting = completion;
        Wire open = wire;
        if (open != null && open.channel().isActive()) {
            write(open);
        } else {
            connect();
        }
    }

    private void write(Wire open) {
        ChannelHandlerContext context = open.channel().pipeline().context(open.handler());
        int stream = open.handler().connection().local().incrementAndGetNextStreamId();
        var encoder = open.handler().encoder();
        encoder.writeHeaders(context, stream, call.headers(), 0, false, context.newPromise());
        encoder.writeData(context, stream, call.bytes(), 0, true, context.newPromise());
        open.handler().flush(context);
    }

    private void connect() {
        URI address = call.address();
        var connection = new DefaultHttp2Connection(false);
        Http2ConnectionHandler handler = new Http2ConnectionHandlerBuilder()
                .connection(connection)
                .initialSettings(Http2Settings.defaultSettings()
                        .initialWindowSize(WINDOW)
                        .pushEnabled(false))
                .frameListener(new Answers())
                .gracefulShutdownTimeoutMillis(0)
                .build();
        Optional<SslContext> tls = Connections.tls(address, ApplicationProtocolNames.HTTP_2);
        connections
                .bootstrap(loop)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opening) {
                        tls.ifPresent(context -> opening.pipeline()
                                .addLast(context.newHandler(
                                        opening.alloc(), address.getHost(), Connections.port(address))));
                        opening.pipeline().addLast(handler);
                    }
                })
                .connect(address.getHost(), Connections.port(address))
                .addListener((ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        // Not at once again: a server that is away would keep this loop busy.
                        loop.schedule(
                                () -> complete(Outcome.failed(
                                        "connect",
                                        String.valueOf(connected.cause().getMessage()))),
                                PAUSE_MILLIS,
                                TimeUnit.MILLISECONDS);
                        return;
                    }
                    opened(new Wire(connected.channel(), handler));
                });
    }

    private void opened(Wire open) throws Http2Exception {
        wire = open;
        var connection = open.handler().connection();
        connection.local().flowController().incrementWindowSize(connection.connectionStream(), WINDOW - FIRST_WINDOW);
        open.channel().closeFuture().addListener(_ -> {
            if (open.equals(wire)) {
                wire = null;
                complete(Outcome.failed("closed", "the server closed the connection before its answer was whole"));
            }
        });
        write(open);
    }

    private void complete(Outcome outcome) {
        Completion toTell = waiting;
        waiting = null;
        if (toTell != null) {
            toTell.completed(outcome);
        }
    }

    @Override
    public void close() {
        loop.execute(() -> {
            waiting = null;
            Wire open = wire;
            wire = null;
            if (open != null) {
                open.channel().close();
            }
        });
    }

    private final class Answers extends Http2FrameAdapter {
        @Override
        public int onDataRead(ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean isEnd) {
            return data.readableBytes() + padding;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int stream,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean isEnd) {
            onHeadersRead(context, stream, headers, padding, isEnd);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean isEnd) {
            if (!isEnd) {
                return;
            }
            CharSequence status = headers.get("grpc-status");
            CharSequence message = headers.get("grpc-message");
            if (status == null) {
                complete(Outcome.failed("HTTP " + headers.status(), "no gRPC status"));
            } else if (status.length() == 1 && status.charAt(0) == '0') {
                complete(Outcome.ANSWERED);
            } else {
                complete(Outcome.failed("gRPC " + status, message == null ? "" : message.toString()));
            }
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int stream, long code) {
            complete(Outcome.failed("reset", "the server reset the stream with code " + code));
        }
    }
}
