package io.penstock.app.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A request of HTTP/1.1, encoded once for all times that it is sent. */
public final class HttpCall {
    private final URI address;
    private final ByteBuf request;

    /** A header. */
    public record Header(String name, String value) {
        /** @throws IllegalArgumentException if either has a line break, or the name is empty */
        public Header {
            if (name.isBlank() || (name + value).matches("(?s).*[\\r\\n].*")) {
                throw new IllegalArgumentException(
                        "a header is NAME: VALUE in one line, but was " + name + ": " + value);
            }
        }

        /** @param text as {@code NAME: VALUE} */
        public static Header parse(String text) {
            int colon = text.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("a header is NAME: VALUE, but was " + text);
            }
            return new Header(
                    text.substring(0, colon).strip(), text.substring(colon + 1).strip());
        }
    }

    private HttpCall(URI address, ByteBuf request) {
        this.address = address;
        this.request = request;
    }

    /** @param address whose path and query are asked for */
    public static HttpCall post(URI address, List<Header> headers, byte[] body) {
        List<Header> all = new ArrayList<>(headers);
        all.add(new Header("content-length", Integer.toString(body.length)));
        return new HttpCall(address, encoded("POST", address, all, body));
    }

    public static HttpCall plainGet(URI address, List<Header> headers) {
        return new HttpCall(address, encoded("GET", address, headers, new byte[0]));
    }

    private static ByteBuf encoded(String method, URI address, List<Header> headers, byte[] body) {
        String path = address.getRawPath() == null || address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
        StringBuilder head = new StringBuilder(256);
        head.append(method).append(' ').append(path).append(query).append(" HTTP/1.1\r\n");
        if (headers.stream().noneMatch(header -> header.name().equalsIgnoreCase("host"))) {
            head.append("host: ").append(address.getRawAuthority()).append("\r\n");
        }
        headers.forEach(header ->
                head.append(header.name()).append(": ").append(header.value()).append("\r\n"));
        byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer request = ByteBuffer.allocateDirect(bytes.length + body.length);
        request.put(bytes).put(body).flip();
        return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(request).asReadOnly());
    }

    URI address() {
        return address;
    }

    /** A view for one sending. */
    ByteBuf bytes() {
        return request.duplicate();
    }

    /** Of one request on the wire. */
    public int size() {
        return request.readableBytes();
    }
}
