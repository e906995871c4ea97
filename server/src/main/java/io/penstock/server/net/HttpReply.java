package io.penstock.server.net;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The answer to an HTTP request. Header names are in lower case. */
public sealed interface HttpReply {
    int status();

    List<Header> headers();

    /** One header field. */
    record Header(String name, String value) {}

    /**
     * An answer whose bytes are all there.
     *
     * @param parts sent one after the other, without copying
     * @param release run once the bytes have left or never will
     */
    record Whole(int status, List<Header> headers, List<MemorySegment> parts, Runnable release) implements HttpReply {
        public Whole {
            headers = List.copyOf(headers);
            parts = List.copyOf(parts);
        }

        public long length() {
            long length = 0;
            for (MemorySegment part : parts) {
                length += part.byteSize();
            }
            return length;
        }

        public Whole with(String name, String value) {
            List<Header> more = new ArrayList<>(headers);
            more.add(new Header(name, value));
            return new Whole(status, more, parts, release);
        }
    }

    /** An answer that is written bit by bit, on the request's own thread. */
    record Streamed(int status, List<Header> headers, StreamWriter writer) implements HttpReply {
        public Streamed {
            headers = List.copyOf(headers);
        }
    }

    /** Writes a streamed answer until it is done or the client leaves. */
    @FunctionalInterface
    interface StreamWriter {
        void write(ReplySink sink) throws InterruptedException;
    }

    static Whole bytes(int status, String contentType, byte[] body) {
        return new Whole(
                status,
                List.of(new Header("content-type", contentType)),
                List.of(MemorySegment.ofArray(body)),
                () -> {});
    }

    static Whole text(int status, String body) {
        return bytes(status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    static Whole json(int status, String body) {
        return bytes(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }
}
