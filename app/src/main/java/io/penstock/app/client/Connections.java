package io.penstock.app.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The threads and sockets of a load.
 *
 * <p>Threads: a few event loops, at most two and fewer than the machine has processors, so that the server keeps its
 * share; a lane stays on the loop it was given.
 */
public final class Connections implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5000;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 2), NioIoHandler.newFactory());

    public Lane http(HttpCall call) {
        return new Http1Lane(loops.next(), this, call);
    }

    public Lane grpc(GrpcCall call) {
        return new GrpcLane(loops.next(), this, call);
    }

    /** What opens a connection on this loop; the handler is set by the lane. */
    Bootstrap bootstrap(EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
    }

    static int port(URI address) {
        return address.getPort() > 0 ? address.getPort() : "https".equals(address.getScheme()) ? 443 : 80;
    }

    /**
     * For {@code https}, with the authorities that Java trusts.
     *
     * @param protocol as ALPN names it
     */
    static Optional<SslContext> tls(URI address, String protocol) {
        if (!"https".equals(address.getScheme())) {
            return Optional.empty();
        }
        try {
            return Optional.of(SslContextBuilder.forClient()
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            protocol))
                    .build());
        } catch (SSLException e) {
            throw new IllegalStateException("this JVM offers no TLS", e);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the loops end by themselves
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
