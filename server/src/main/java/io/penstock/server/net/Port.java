package io.penstock.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.penstock.serving.tensor.TensorPool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One listening socket for HTTP/1.1, WebSocket, HTTP/2 and gRPC.
 *
 * <p>Threads: {@link #open}, {@link #drain} and {@link #close} by one thread, in this order; each blocks.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
public final class Port implements AutoCloseable {
    private static final int BACKLOG = 1024;

    /** One for each core: nothing on them waits, and more would only take turns. */
    private static final int LOOPS = Runtime.getRuntime().availableProcessors();

    private static final Duration GRACE = Duration.ofMillis(800);

    private final PortParts parts;
    private final EventLoopGroup loops;
    private @Nullable Channel listener;

    /**
     * Who answers, by protocol, and who decides before that.
     *
     * @param tls absent where the port speaks in plain
     * @param observer told of each request
     */
    public record Handlers(
            Optional<TlsCertificate> tls,
            Admission admission,
            RequestObserver observer,
            HttpHandler http,
            GrpcHandler grpc,
            WebSocketEndpoint webSocket) {}

    public Port(Handlers handlers, TensorPool pool, ServerLimits limits, HostPolicy hosts) {
        // Left alone, Netty looks for two logging libraries that are not here, which costs start time.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        this.parts =
                new PortParts(handlers, pool, limits, hosts, new InFlight(), new Connections(limits.maxConnections()));
        this.loops = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
    }

    /**
     * Starts to listen.
     *
     * @return the port, the one that was chosen where 0 was asked for
     * @throws IOException if the address cannot be bound
     */
    public int open(InetSocketAddress address) throws IOException, InterruptedException {
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (parts.tls().isPresent()) {
                            channel.pipeline()
                                    .addLast(new TlsStart(parts, parts.tls().get()));
                        }
                        channel.pipeline().addLast(new ConnectionStart(parts));
                    }
                })
                .bind(address)
                .await();
        if (!bound.isSuccess()) {
            throw bound.cause() instanceof IOException e
                    ? e
                    : new IOException("cannot listen on " + address, bound.cause());
        }
        listener = bound.channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Requests under way, streamed answers among them. */
    public long inFlight() {
        return parts.inFlight().count();
    }

    public boolean isDraining() {
        return parts.connections().isDraining();
    }

    /**
     * Stops accepting, lets what is under way finish, and closes what is idle: HTTP/1.1 connections say so in their
     * next answer, HTTP/2 connections by GOAWAY.
     *
     * @return whether everything finished in time
     */
    public boolean drain(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        parts.connections().beginDraining();
        if (listener != null) {
            listener.close().await();
        }
        parts.connections().drain();
        // A client may just be sending its next request: whoever does so soon still gets an answer.
        awaitClosed(Math.min(GRACE.toNanos(), atMost.toNanos() / 2));
        boolean finished = parts.inFlight().awaitNone(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        parts.connections().closeIdle();
        if (finished) {
            awaitClosed(GRACE.toNanos());
        }
        return finished;
    }

    private void awaitClosed(long atMostNanos) throws InterruptedException {
        long end = System.nanoTime() + atMostNanos;
        while (!parts.connections().isEmpty() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Closes everything at once; handlers still at work are interrupted. */
    @Override
    public void close() {
        if (listener != null) {
            listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        try {
            parts.inFlight().awaitNone(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
