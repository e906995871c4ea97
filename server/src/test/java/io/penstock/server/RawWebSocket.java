package io.penstock.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/** A WebSocket client that sends frames as they are given and reads only when it is told to. */
final class RawWebSocket implements AutoCloseable {
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;
    final String answer;

    /** One frame as it came. */
    static final class Frame {
        private final int opcode;
        private final byte[] payload;

        private Frame(int opcode, byte[] payload) {
            this.opcode = opcode;
            this.payload = payload;
        }

        byte[] payload() {
            return payload;
        }

        String text() {
            return new String(payload, UTF_8);
        }

        int closeCode() {
            return ByteBuffer.wrap(payload).getShort();
        }

        /** The JSON before the picture. */
        String header() {
            return new String(payload, 4, ByteBuffer.wrap(payload).getInt(), UTF_8);
        }

        byte[] jpeg() {
            return Arrays.copyOfRange(payload, 4 + ByteBuffer.wrap(payload).getInt(), payload.length);
        }

        long sequence() {
            String header = header();
            int from = header.indexOf("\"sequence\":") + 11;
            return Long.parseLong(header.substring(from, header.indexOf(',', from)));
        }
    }

    /** Sends a right handshake with these headers in place of its own; {@link #answer} is the head that came back. */
    RawWebSocket(int port, String... headers) throws IOException {
        socket.setReceiveBufferSize(64 << 10);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(15_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        StringBuilder head = new StringBuilder("GET /dashboard/live HTTP/1.1\r\n");
        String given = String.join("\n", headers).toLowerCase(Locale.ROOT);
        for (String usual : new String[] {
            "host: 127.0.0.1:" + port,
            "upgrade: websocket",
            "connection: keep-alive, Upgrade",
            "sec-websocket-version: 13",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="
        }) {
            if (!given.contains(usual.substring(0, usual.indexOf(':') + 1))) {
                head.append(usual).append("\r\n");
            }
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
        answer = head();
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    RawWebSocket send(String text) throws IOException {
        return frame(FINAL | TEXT, text.getBytes(UTF_8));
    }

    /** A frame of one's own making: {@code first} is its first byte. */
    RawWebSocket frame(int first, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (MASKED | payload.length));
        } else {
            frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
        }
        byte[] mask = {1, 2, 3, 4};
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask[i % 4]));
        }
        out.write(frame.array(), 0, frame.position());
        return this;
    }

    Frame next() throws IOException {
        int opcode = in.readUnsignedByte() & 0x0F;
        int length = in.readUnsignedByte();
        long size = length < 126 ? length : length == 126 ? in.readUnsignedShort() : in.readLong();
        byte[] payload = new byte[Math.toIntExact(size)];
        in.readFully(payload);
        return new Frame(opcode, payload);
    }

    Frame next(int opcode) throws IOException {
        Frame frame = next();
        while (frame.opcode != opcode) {
            frame = next();
        }
        return frame;
    }

    /** Returns once the server has read everything that was sent before. */
    RawWebSocket settle() throws IOException {
        frame(FINAL | PING, "settled".getBytes(US_ASCII));
        next(PONG);
        return this;
    }

    boolean isEnded() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
