package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells by its first bytes whether a connection speaks HTTP/2 by prior knowledge or HTTP/1.1, and sets it up. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class ConnectionStart extends ByteToMessageDecoder {
    private static final byte[] HTTP2_PREFACE = "PRI * HTTP/2.0\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_CHUNK = 1 << 20;

    private final PortParts parts;
    private @Nullable Future<?> silence;

    ConnectionStart(PortParts parts) {
        this.parts = parts;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        boolean accepted = parts.connections().socketOpened();
        ctx.channel().closeFuture().addListener(closed -> parts.connections().socketClosed());
        if (!accepted) {
            refuse(ctx);
            return;
        }
        long nanos = parts.limits().idleTimeout().toNanos();
        silence = ctx.executor().schedule(() -> ctx.close(), nanos, TimeUnit.NANOSECONDS);
    }

    private void refuse(ChannelHandlerContext ctx) {
        if (parts.tls().isPresent()) { // a sentence in plain would be taken for a broken handshake
            ctx.close();
            return;
        }
        String body = "{\"error\":\"more than the " + parts.connections().max() + " connections allowed are open\"}";
        String reply = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: "
                + body.length() + "\r\nretry-after: 1\r\nconnection: close\r\nx-request-id: " + RequestIds.newId()
                + "\r\n\r\n" + body;
        ctx.writeAndFlush(Unpooled.copiedBuffer(reply, StandardCharsets.US_ASCII))
                .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf input, List<Object> out) {
        if (silence == null) {
            input.skipBytes(input.readableBytes());
            return;
        }
        int known = Math.min(input.readableBytes(), HTTP2_PREFACE.length);
        for (int i = 0; i < known; i++) {
            if (input.getByte(input.readerIndex() + i) != HTTP2_PREFACE[i]) {
                startHttp1(ctx);
                return;
            }
        }
        if (known == HTTP2_PREFACE.length) {
            silence.cancel(false);
            ctx.pipeline().addLast(Http2Connection.create(parts));
            ctx.pipeline().remove(this);
        }
    }

    private void startHttp1(ChannelHandlerContext ctx) {
        if (silence != null) {
            silence.cancel(false);
        }
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(parts.limits().maxHeaderBytes())
                .setMaxHeaderSize(parts.limits().maxHeaderBytes())
                .setMaxChunkSize(MAX_CHUNK);
        ctx.pipeline().addLast(new HttpServerCodec(config));
        ctx.pipeline().addLast(new Http1Connection(parts, ctx.pipeline().lastContext()));
        ctx.pipeline().remove(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        if (silence != null) {
            silence.cancel(false);
        }
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
