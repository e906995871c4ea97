package io.penstock.server.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection: one request at a time. The socket is read even while a handler works, so that a client that
 * leaves is noticed; what a client sends ahead waits, and stops the reading.
 *
 * <p>Threads: the event loop, but for {@link #drain} and {@link #closeIfIdle}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class Http1Connection extends ChannelInboundHandlerAdapter implements Connections.Connection {
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final PortParts parts;
    private final ChannelHandlerContext first;
    private final Queue<Object> ahead = new ArrayDeque<>();
    private @Nullable Http1Exchange exchange;
    private final LazyTimer timer;
    private boolean discarding;

    /** @param first any context of the channel */
    Http1Connection(PortParts parts, ChannelHandlerContext first) {
        this.parts = parts;
        this.first = first;
        this.timer = new LazyTimer(first.executor());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        parts.connections().add(this);
        awaitHead(ctx);
    }

    /** A connection counts as idle from its last answer until the next complete head, however slowly that comes. */
    private void awaitHead(ChannelHandlerContext ctx) {
        long nanos = parts.limits().idleTimeout().toNanos();
        timer.start(nanos, ctx::close);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (discarding) {
            ReferenceCountUtil.release(message);
        } else if (exchange != null && !exchange.isReading()) {
            ahead.add(message);
            ctx.channel().config().setAutoRead(false);
        } else {
            accept(ctx, message);
        }
    }

    private void accept(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest head) {
                timer.stop();
                exchange = new Http1Exchange(parts, ctx, head, this);
                exchange.begin();
            }
            if (message instanceof HttpContent content && exchange != null && exchange.isReading()) {
                exchange.content(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /** For whatever the connection waits for. */
    LazyTimer timer() {
        return timer;
    }

    /** The exchange's answer has left, or never will. */
    void finished(ChannelHandlerContext ctx, boolean keepAlive) {
        exchange = null;
        if (!keepAlive) {
            close(ctx);
            return;
        }
        while (!ahead.isEmpty() && (exchange == null || exchange.isReading())) {
            accept(ctx, ahead.remove());
        }
        if (exchange == null) {
            awaitHead(ctx);
        }
        if (ahead.isEmpty()) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    /** From now on nothing that comes in is looked at. */
    void discardInput() {
        discarding = true;
    }

    private void close(ChannelHandlerContext ctx) {
        releaseAhead();
        if (!discarding || !(ctx.channel() instanceof SocketChannel socket)) {
            ctx.close();
            return;
        }
        // Closing with unread bytes resets the connection, and the client might never see why it was refused.
        if (parts.tls().isPresent()) {
            ctx.pipeline().get(SslHandler.class).closeOutbound();
        } else {
            socket.shutdownOutput();
        }
        ctx.channel().config().setAutoRead(true);
        timer.start(LINGER.toNanos(), ctx::close);
    }

    private void releaseAhead() {
        for (Object message = ahead.poll(); message != null; message = ahead.poll()) {
            ReferenceCountUtil.release(message);
        }
    }

    /** The connection has become a WebSocket. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        parts.connections().remove(this);
        timer.close();
        releaseAhead();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        parts.connections().remove(this);
        timer.close();
        if (exchange != null) {
            exchange.disconnected();
        }
        releaseAhead();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A broken socket is the client's affair; there is nobody left to tell.
        ctx.close();
    }

    @Override
    public void drain() {
        first.executor().execute(() -> {
            if (exchange != null) {
                exchange.drain();
            }
        });
    }

    @Override
    public void closeIfIdle() {
        first.executor().execute(() -> {
            if (exchange == null) {
                first.channel().close();
            }
        });
    }
}
