package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // what is not sent is not answered, and the test says so
class Http2Test {
    private TestServer server;
    private EventLoopGroup loops;
    private Channel connection;

    private record Response(String status, Http2Headers headers, ByteArrayOutputStream body) {}

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        connection = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forClient()
                                        .initialSettings(new Http2Settings().initialWindowSize(1 << 20))
                                        .build())
                                .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                    }
                })
                .connect("127.0.0.1", server.port)
                .sync()
                .channel();
    }

    @AfterEach
    void stop() throws Exception {
        connection.close().sync();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        server.close();
    }

    private static Http2Headers post(String path) {
        return new DefaultHttp2Headers()
                .method("POST")
                .path(path)
                .scheme("http")
                .authority("localhost");
    }

    private Http2StreamChannel open(CompletableFuture<Response> response) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Http2Headers headers = new DefaultHttp2Headers();
        return new Http2StreamChannelBootstrap(connection)
                .handler(new SimpleChannelInboundHandler<Http2StreamFrame>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, Http2StreamFrame frame) throws Exception {
                        boolean ended = false;
                        if (frame instanceof Http2HeadersFrame head) {
                            headers.setAll(head.headers());
                            ended = head.isEndStream();
                        } else if (frame instanceof Http2DataFrame data) {
                            data.content().readBytes(body, data.content().readableBytes());
                            ended = data.isEndStream();
                        } else if (frame instanceof Http2ResetFrame reset) {
                            response.complete(new Response("reset " + reset.errorCode(), headers, body));
                        }
                        if (ended) {
                            response.complete(new Response(String.valueOf(headers.status()), headers, body));
                        }
                    }
                })
                .open()
                .sync()
                .getNow();
    }

    private Response send(Http2Headers headers, byte[] body) throws Exception {
        CompletableFuture<Response> response = new CompletableFuture<>();
        Http2StreamChannel stream = open(response);
        stream.write(new DefaultHttp2HeadersFrame(headers));
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), true));
        return response.get(20, TimeUnit.SECONDS);
    }

    @Test
    void infersLargeTensorsOfKnownAndUnknownLength() throws Exception {
        byte[] bytes = new byte[5 << 20];
        new Random(1).nextBytes(bytes);
        for (boolean known : new boolean[] {true, false, true}) {
            Http2Headers headers = post("/v2/models/echo-uint8/infer").set("inference-header-content-length", "0");
            if (known) {
                headers.setInt("content-length", bytes.length);
            }
            Response response = send(headers, bytes);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.body().toByteArray()).endsWith(bytes);
            assertThat(response.headers().get("x-request-id")).isNotNull();
        }
    }

    @Test
    void answersManyRequestsOnOneConnection() throws Exception {
        byte[] body = "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}"
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 200; i++) {
            assertThat(send(post("/v2/models/echo/infer"), body).status()).isEqualTo("200");
            assertThat(send(post("/v2/models/nobody/infer"), body).status()).isEqualTo("404");
        }
    }

    @Test
    void refusesATooLongBodyUnread() throws Exception {
        Response response = send(post("/v2/models/echo/infer").set("content-length", "100000000"), new byte[100_000]);

        assertThat(response.status()).isEqualTo("413");
        assertThat(response.body().toString(StandardCharsets.UTF_8)).contains("bytes allowed");
    }

    @Test
    void answersOnlyToItsOwnHosts() throws Exception {
        assertThat(send(post("/v2/models/echo/infer").authority("evil.example"), new byte[0])
                        .status())
                .isEqualTo("403");
    }

    @Test
    void aResetInterruptsTheHandler() throws Exception {
        CompletableFuture<Response> response = new CompletableFuture<>();
        Http2StreamChannel stream = open(response);
        byte[] body = "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}"
                .getBytes(StandardCharsets.UTF_8);
        stream.write(new DefaultHttp2HeadersFrame(post("/v2/models/blocking/infer")));
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), true));
        assertThat(server.blocking.entered.await(10, TimeUnit.SECONDS)).isTrue();

        stream.close().sync();

        assertThat(server.blocking.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aReaderThatDoesNotReadHoldsOnlyItself() throws Exception {
        byte[] bytes = new byte[5 << 20];
        CompletableFuture<Response> response = new CompletableFuture<>();
        Http2StreamChannel stream = open(response);
        stream.config().setAutoRead(false);
        stream.write(new DefaultHttp2HeadersFrame(
                post("/v2/models/echo-uint8/infer").set("inference-header-content-length", "0")));
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), true));

        byte[] body = "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}"
                .getBytes(StandardCharsets.UTF_8);
        assertThat(send(post("/v2/models/nobody/infer"), body).status()).isEqualTo("404");
        stream.close().sync();
    }
}
