package io.penstock.benchmarks;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What our server is measured against: the least that a Netty handler or a grpc-java server can do with a request. Both
 * read every byte and answer with a few; nothing is parsed.
 *
 * <p>Usage: {@code BareServers http|grpc PORT}.
 */
public final class BareServers {
    private static final byte[] ANSWER = "{\"model_name\":\"noop\",\"outputs\":[]}".getBytes(StandardCharsets.UTF_8);

    private BareServers() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = Integer.parseInt(arguments[1]);
        if (arguments[0].equals("grpc")) {
            grpc(port);
        } else {
            http(port);
        }
    }

    private static void http(int port) throws InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpServerCodec()).addLast(new Reader());
                    }
                })
                .bind("127.0.0.1", port)
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }

    /** Copies what comes into direct memory, as a tensor must be, and answers at the end. */
    private static final class Reader extends ChannelInboundHandlerAdapter {
        private final ByteBuffer memory = ByteBuffer.allocateDirect(1 << 20);

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (!(message instanceof HttpContent content)) {
                return;
            }
            ByteBuf bytes = content.content();
            memory.limit(memory.position() + bytes.readableBytes());
            bytes.readBytes(memory);
            memory.limit(memory.capacity());
            content.release();
            if (message instanceof LastHttpContent) {
                memory.clear();
                DefaultFullHttpResponse answer = new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(ANSWER));
                answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
                answer.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, ANSWER.length);
                var _ = context.writeAndFlush(answer, context.voidPromise());
            }
        }
    }

    private static void grpc(int port) throws IOException, InterruptedException {
        MethodDescriptor<Integer, byte[]> method = MethodDescriptor.newBuilder(new ToDirectMemory(), new Written())
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("inference.GRPCInferenceService/ModelInfer")
                .build();
        Server server = NettyServerBuilder.forPort(port)
                .directExecutor()
                .maxInboundMessageSize(1 << 26)
                .addService(ServerServiceDefinition.builder("inference.GRPCInferenceService")
                        .addMethod(method, BareServers::answer)
                        .build())
                .build()
                .start();
        server.awaitTermination();
    }

    private static ServerCall.Listener<Integer> answer(ServerCall<Integer, byte[]> call, Metadata headers) {
        call.request(1);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(Integer size) {
                call.sendHeaders(new Metadata());
                // model_name, field 1 of ModelInferResponse
                call.sendMessage(new byte[] {10, 4, 'n', 'o', 'o', 'p'});
                call.close(Status.OK, new Metadata());
            }
        };
    }

    private static final class ToDirectMemory implements MethodDescriptor.Marshaller<Integer> {
        private static final ThreadLocal<ByteBuffer> MEMORY =
                ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(1 << 20));
        private static final ThreadLocal<byte[]> STEP = ThreadLocal.withInitial(() -> new byte[1 << 16]);

        @Override
        public InputStream stream(Integer value) {
            throw new UnsupportedOperationException("requests are only read");
        }

        @Override
        public Integer parse(InputStream stream) {
            ByteBuffer memory = MEMORY.get().clear();
            byte[] step = STEP.get();
            try {
                int count = stream.read(step);
                while (count >= 0) {
                    memory.put(step, 0, count);
                    count = stream.read(step);
                }
                return memory.position();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Written implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException("answers are only written");
        }
    }
}
