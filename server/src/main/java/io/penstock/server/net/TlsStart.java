package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stands first on each connection of a port that speaks TLS: puts TLS in its own place, or tells a plain client what it
 * did wrong.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class TlsStart extends ByteToMessageDecoder {
    /** The type of a record that carries a handshake (RFC 8446, 5.1). */
    private static final int HANDSHAKE = 22;

    private final PortParts parts;
    private final TlsCertificate certificate;

    TlsStart(PortParts parts, TlsCertificate certificate) {
        this.parts = parts;
        this.certificate = certificate;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf input, List<Object> out) {
        if (input.getUnsignedByte(input.readerIndex()) == HANDSHAKE) {
            ctx.pipeline()
                    .replace(
                            this,
                            null,
                            certificate.handler(
                                    ctx.alloc(), parts.limits().protocols().handshakeTimeout()));
            return;
        }
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(parts.limits().maxHeaderBytes())
                .setMaxHeaderSize(parts.limits().maxHeaderBytes());
        ctx.pipeline().addAfter(ctx.name(), null, new HttpRequestDecoder(config));
        ChannelHandlerContext decoder = ctx.pipeline().context(HttpRequestDecoder.class);
        ctx.pipeline().addAfter(decoder.name(), null, new PlainRefusal());
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    /** Answers one plain request and closes. */
    private final class PlainRefusal extends SimpleChannelInboundHandler<HttpObject> {
        private boolean answered;

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
            if (!answered && message instanceof HttpRequest head) {
                answered = true;
                ctx.writeAndFlush(Unpooled.copiedBuffer(answer(head), StandardCharsets.US_ASCII))
                        .addListener(ChannelFutureListener.CLOSE);
            }
        }

        private String answer(HttpRequest head) {
            String id = RequestIds.of(Optional.ofNullable(head.headers().get(RequestIds.HEADER)));
            @Nullable String host = head.headers().get(HttpHeaderNames.HOST);
            boolean reads =
                    head.method().name().equals("GET") || head.method().name().equals("HEAD");
            boolean known = host != null
                    && head.decoderResult().isSuccess()
                    && parts.hosts().allows(host);
            if (certificate.redirects() && reads && known && head.uri().startsWith("/")) {
                return reply("308 Permanent Redirect", "location: https://" + host + head.uri() + "\r\n", id, "");
            }
            return reply(
                    "400 Bad Request", "", id, "{\"error\":\"this port speaks TLS: ask with https, not with http\"}");
        }

        private static String reply(String status, String more, String id, String body) {
            return "HTTP/1.1 " + status + "\r\n" + more + "content-type: application/json\r\ncontent-length: "
                    + body.length() + "\r\nconnection: close\r\nx-request-id: " + id + "\r\n\r\n" + body;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
