package io.penstock.server.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.util.ReferenceCountUtil;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket connection, from its handshake to its end. It asks its {@link WebSocketClient} for a message only while
 * the channel is writable, so at most one message waits in memory for a slow reader. It pings, and closes a connection
 * from which nothing was heard for as long as the port's idle time.
 *
 * <p>Threads: the event loop, but for {@link #wake}, {@link #drain} and {@link #closeIfIdle}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class WebSocketConnection extends ChannelInboundHandlerAdapter implements Connections.Connection {
    /** Little, for what lies in the socket is already late. */
    private static final int SEND_BUFFER_BYTES = 256 << 10;

    private static final int PINGS_PER_IDLE_TIME = 3;
    private static final long CLOSING_MILLIS = 1_000;
    private static final int GOING_AWAY = 1001;
    private static final int TOO_BIG = 1009;
    private static final int NOT_TEXT = 1003;

    private final PortParts parts;
    private final Channel channel;
    private final WebSocketClient client;
    private final AtomicBoolean waking = new AtomicBoolean();
    private @Nullable Future<?> pings;
    private long heardNanos = System.nanoTime();
    private boolean closing;
    private boolean left;

    private WebSocketConnection(PortParts parts, Channel channel) {
        this.parts = parts;
        this.channel = channel;
        this.client = parts.webSocket().clients().connected(this::wake);
    }

    /**
     * Answers the handshake and puts itself in the place of {@code http}.
     *
     * @param id of the request
     * @throws ServingException if the handshake is wrong or not allowed, or too many are connected; nothing has changed
     *     then
     */
    static void start(PortParts parts, ChannelHandlerContext http, HttpRequest head, String id) {
        WebSocketUpgrade.check(head);
        WebSocketEndpoint endpoint = parts.webSocket();
        if (parts.connections().isDraining()) {
            throw new ServingException(ErrorCode.DRAINING, "the server is stopping");
        }
        if (!parts.connections().webSocketOpened(endpoint.maxClients())) {
            throw new ServingException(
                    ErrorCode.QUEUE_FULL,
                    "all " + endpoint.maxClients() + " connections allowed at " + endpoint.path() + " are open");
        }
        Channel channel = http.channel();
        channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES);
        WebSocketConnection connection = new WebSocketConnection(parts, channel);
        handshake(connection, endpoint.path(), head, id);
        http.pipeline()
                .addLast(new Utf8FrameValidator(false))
                .addLast(new WebSocketFrameAggregator(parts.limits().protocols().webSocketMessageBytes()))
                .addLast(connection);
        http.pipeline().remove(http.handler());
        connection.pump();
    }

    private static void handshake(WebSocketConnection connection, String path, HttpRequest head, String id) {
        WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(connection.parts.limits().protocols().webSocketMessageBytes())
                .allowExtensions(false)
                .closeOnProtocolViolation(false)
                .build();
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, head.method(), head.uri());
        request.headers().set(head.headers());
        HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        headers.set(RequestIds.HEADER, id);
        new WebSocketServerHandshaker13(path, null, config)
                .handshake(connection.channel, request, headers, connection.channel.newPromise())
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        long nanos = parts.limits().idleTimeout().toNanos() / PINGS_PER_IDLE_TIME;
        pings = ctx.executor().scheduleAtFixedRate(this::ping, nanos, nanos, TimeUnit.NANOSECONDS);
        parts.connections().add(this);
    }

    private void ping() {
        if (System.nanoTime() - heardNanos >= parts.limits().idleTimeout().toNanos()) {
            channel.close();
        } else if (!closing && channel.isWritable()) {
            channel.writeAndFlush(new PingWebSocketFrame());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        heardNanos = System.nanoTime();
        try {
            if (closing || !(message instanceof WebSocketFrame frame)) {
                if (message instanceof CloseWebSocketFrame) {
                    ctx.close();
                }
                return;
            }
            switch (frame) {
                case TextWebSocketFrame text -> {
                    client.received(text.text());
                    pump();
                }
                case PingWebSocketFrame ping ->
                    ctx.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
                case PongWebSocketFrame _ -> {}
                case CloseWebSocketFrame close -> {
                    closing = true;
                    ctx.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
                }
                default -> close(NOT_TEXT, "only text messages are understood");
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /** From any thread; many calls at once cost one task. */
    private void wake() {
        if (waking.compareAndSet(false, true)) {
            try {
                channel.eventLoop().execute(this::woken);
            } catch (RejectedExecutionException e) {
                // The server was closed meanwhile: there is nobody to send to.
            }
        }
    }

    private void woken() {
        waking.set(false);
        pump();
    }

    private void pump() {
        while (!closing && !left && channel.isWritable()) {
            Optional<WebSocketMessage> next = client.next();
            if (next.isEmpty()) {
                return;
            }
            switch (next.get()) {
                case WebSocketMessage.Text text -> channel.writeAndFlush(new TextWebSocketFrame(text.text()));
                case WebSocketMessage.Binary binary ->
                    channel.writeAndFlush(new BinaryWebSocketFrame(Buffers.wrap(binary.parts())));
                case WebSocketMessage.Close close -> close(close.code(), close.reason());
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pump();
        ctx.fireChannelWritabilityChanged();
    }

    /** Says why, and closes: as soon as the client agrees, or shortly after. */
    private void close(int code, String reason) {
        if (closing) {
            return;
        }
        closing = true;
        channel.writeAndFlush(new CloseWebSocketFrame(code, reason));
        channel.eventLoop().schedule(() -> channel.close(), CLOSING_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void closeTooBig() {
        close(
                TOO_BIG,
                "a message has at most " + parts.limits().protocols().webSocketMessageBytes()
                        + " bytes (limits.webSocketMessageBytes)");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        switch (cause) {
            case TooLongFrameException _ -> closeTooBig();
            case CorruptedWebSocketFrameException corrupted
            when corrupted.closeStatus().code() == TOO_BIG -> closeTooBig();
            case CorruptedWebSocketFrameException corrupted ->
                close(corrupted.closeStatus().code(), "the connection's frames are malformed");
            // A broken socket is the client's affair; there is nobody left to tell.
            default -> ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
        ctx.fireChannelInactive();
    }

    private void leave() {
        if (left) {
            return;
        }
        left = true;
        parts.connections().remove(this);
        parts.connections().webSocketClosed();
        if (pings != null) {
            pings.cancel(false);
        }
        client.closed();
    }

    @Override
    public void drain() {
        channel.eventLoop().execute(() -> close(GOING_AWAY, "the server is stopping"));
    }

    @Override
    public void closeIfIdle() {
        channel.eventLoop().execute(() -> channel.close());
    }
}
