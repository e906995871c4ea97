package io.penstock.app.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A keep-alive connection of HTTP/1.1.
 *
 * <p>Threads: everything happens on its event loop; {@link #send} and {@link #close} come from anywhere and go there.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class Http1Lane implements Lane {
    private static final int PAUSE_MILLIS = 10;

    private final EventLoop loop;
    private final Connections connections;
    private final HttpCall call;
    private final Http1Answer answer = new Http1Answer();
    private @Nullable Channel channel;
    private @Nullable Completion waiting;
    private boolean isClosed;

    Http1Lane(EventLoop loop, Connections connections, HttpCall call) {
        this.loop = loop;
        this.connections = connections;
        this.call = call;
    }

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
        answer.reset();
        Channel open = channel;
        if (open != null && open.isActive()) {
            open.writeAndFlush(call.bytes(), open.voidPromise());
        } else {
            connect();
        }
    }

    private void connect() {
        URI address = call.address();
        connections
                .bootstrap(loop)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opening) {
                        Connections.tls(address, ApplicationProtocolNames.HTTP_1_1)
                                .ifPresent(tls -> opening.pipeline()
                                        .addLast(tls.newHandler(
                                                opening.alloc(), address.getHost(), Connections.port(address))));
                        opening.pipeline().addLast(new Answers());
                    }
                })
                .connect(address.getHost(), Connections.port(address))
                .addListener((ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                        channel = connected.channel();
                        channel.writeAndFlush(call.bytes(), channel.voidPromise());
                    } else {
                        // Not at once again: a server that is away would keep this loop busy.
                        loop.schedule(
                                () -> complete(Outcome.failed(
                                        "connect",
                                        String.valueOf(connected.cause().getMessage()))),
                                PAUSE_MILLIS,
                                TimeUnit.MILLISECONDS);
                    }
                });
    }

    private void complete(Outcome outcome) {
        Completion toTell = waiting;
        waiting = null;
        if (toTell != null) {
            toTell.completed(outcome);
        }
    }

    private void finish() {
        int status = answer.status();
        boolean closes = answer.closes();
        Outcome outcome = status >= 200 && status < 300
                ? Outcome.ANSWERED
                : Outcome.failed(Integer.toString(status), answer.beginning());
        if (closes && channel != null) {
            channel.close();
            channel = null;
        }
        complete(outcome);
    }

    @Override
    public void close() {
        loop.execute(() -> {
            isClosed = true;
            waiting = null;
            if (channel != null) {
                channel.close();
            }
        });
    }

    private final class Answers extends ChannelInboundHandlerAdapter {
        private @Nullable ByteBuf rest;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf in = (ByteBuf) message;
            if (rest != null) {
                rest.writeBytes(in);
                in.release();
                in = rest;
                rest = null;
            }
            answer.read(in);
            if (answer.isDone()) {
                in.release();
                finish();
            } else if (in.isReadable()) {
                rest = in; // half a line
            } else {
                in.release();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (rest != null) {
                rest.release();
                rest = null;
            }
            if (!context.channel().equals(channel) || isClosed) {
                return;
            }
            channel = null;
            if (waiting != null && answer.ended()) {
                finish();
            } else if (waiting != null) {
                complete(Outcome.failed("closed", "the server closed the connection before its answer was whole"));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (context.channel().equals(channel)) {
                channel = null;
                complete(Outcome.failed("broken", String.valueOf(cause.getMessage())));
            }
            context.close();
        }
    }
}
