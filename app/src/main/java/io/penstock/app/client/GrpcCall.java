package io.penstock.app.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/** A unary gRPC call, encoded once for all times that it is made. */
public final class GrpcCall {
    private static final int PREFIX = 5;

    private final URI address;
    private final Http2Headers headers;
    private final ByteBuf message;

    /**
     * @param address whose host and port answer
     * @param path as {@code /inference.GRPCInferenceService/ModelInfer}
     * @param metadata besides what gRPC itself sends
     */
    public GrpcCall(URI address, String path, List<HttpCall.Header> metadata, byte[] message) {
        this.address = address;
        Http2Headers all = new DefaultHttp2Headers()
                .method("POST")
                .scheme("https".equals(address.getScheme()) ? "https" : "http")
                .authority(address.getRawAuthority())
                .path(path)
                .set("content-type", "application/grpc")
                .set("te", "trailers");
        metadata.forEach(header -> all.add(header.name().toLowerCase(Locale.ROOT), header.value()));
        this.headers = all;
        ByteBuffer framed = ByteBuffer.allocateDirect(PREFIX + message.length);
        framed.put((byte) 0).putInt(message.length).put(message).flip();
        this.message =
                Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(framed).asReadOnly());
    }

    URI address() {
        return address;
    }

    Http2Headers headers() {
        return headers;
    }

    /** A view for one sending. */
    ByteBuf bytes() {
        return message.duplicate();
    }

    /** Of one message on the wire, without its headers. */
    public int size() {
        return message.readableBytes();
    }
}
