package io.penstock.app.client;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads answers of HTTP/1.1 from the bytes of a connection, one after the other, and keeps no more of them than the
 * status and the beginning of a body that tells of an error. For a successful answer it makes no objects but those of its
 * header lines that matter.
 */
final class Http1Answer {
    private static final int LONGEST_LINE = 64 << 10;
    private static final int KEPT = 400;
    private static final byte[] CONTENT_LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRANSFER_ENCODING = "transfer-encoding:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONNECTION = "connection:".getBytes(StandardCharsets.US_ASCII);

    private enum Part {
        STATUS_LINE,
        HEADERS,
        FIXED_BODY,
        BODY_TO_THE_END,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        DONE
    }

    private Part part = Part.STATUS_LINE;
    private int status;
    private long left;
    private boolean isChunked;
    private boolean hasLength;
    private boolean closes;
    private final StringBuilder beginning = new StringBuilder();

    /** Begins the next answer. */
    void reset() {
        part = Part.STATUS_LINE;
        status = 0;
        left = 0;
        isChunked = false;
        hasLength = false;
        closes = false;
        beginning.setLength(0);
    }

    int status() {
        return status;
    }

    boolean isDone() {
        return part == Part.DONE;
    }

    /** Whether the server closes the connection behind this answer. */
    boolean closes() {
        return closes;
    }

    /** The beginning of the body, where the status is no success. */
    String beginning() {
        return beginning.toString();
    }

    /** The connection has ended; says whether that is how the answer ends. */
    boolean ended() {
        if (part == Part.BODY_TO_THE_END) {
            part = Part.DONE;
        }
        return isDone();
    }

    /**
     * Takes what is there.
     *
     * @throws IllegalStateException if it is no HTTP
     */
    void read(ByteBuf in) {
        while (part != Part.DONE && in.isReadable()) {
            switch (part) {
                case FIXED_BODY, CHUNK -> skip(in, (int) Math.min(left, in.readableBytes()));
                case BODY_TO_THE_END -> skip(in, in.readableBytes());
                default -> {
                    int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
                    if (end < 0) {
                        if (in.readableBytes() > LONGEST_LINE) {
                            throw new IllegalStateException("a header line longer than " + LONGEST_LINE + " bytes");
                        }
                        return;
                    }
                    line(in, end);
                    in.readerIndex(end + 1);
                }
            }
        }
    }

    private void skip(ByteBuf in, int bytes) {
        if (status >= 300 && beginning.length() < KEPT) {
            int kept = Math.min(bytes, KEPT - beginning.length());
            beginning.append(in.toString(in.readerIndex(), kept, StandardCharsets.UTF_8));
        }
        in.skipBytes(bytes);
        left -= bytes;
        if (left == 0 && part == Part.FIXED_BODY) {
            part = Part.DONE;
        } else if (left == 0 && part == Part.CHUNK) {
            part = Part.CHUNK_END;
        }
    }

    private void line(ByteBuf in, int end) {
        int begin = in.readerIndex();
        int length = end - begin - (end > begin && in.getByte(end - 1) == '\r' ? 1 : 0);
        switch (part) {
            case STATUS_LINE -> statusLine(in, begin, length);
            case HEADERS -> {
                if (length == 0) {
                    headersEnded();
                } else {
                    header(in, begin, length);
                }
            }
            case CHUNK_SIZE -> {
                left = chunkSize(in, begin, length);
                part = left == 0 ? Part.TRAILERS : Part.CHUNK;
            }
            case CHUNK_END -> part = Part.CHUNK_SIZE;
            case TRAILERS -> part = length == 0 ? Part.DONE : Part.TRAILERS;
            case FIXED_BODY, BODY_TO_THE_END, CHUNK, DONE -> throw new IllegalStateException("no lines there");
        }
    }

    private void statusLine(ByteBuf in, int begin, int length) {
        if (length < 12 || in.getByte(begin) != 'H' || in.getByte(begin + 8) != ' ') {
            throw new IllegalStateException("no HTTP: " + text(in, begin, Math.min(length, 100)));
        }
        status = 0;
        for (int i = 9; i < 12; i++) {
            status = 10 * status + in.getByte(begin + i) - '0';
        }
        closes = in.getByte(begin + 7) == '0';
        part = Part.HEADERS;
    }

    private void header(ByteBuf in, int begin, int length) {
        if (startsWith(in, begin, length, CONTENT_LENGTH)) {
            left = Long.parseLong(text(in, begin + CONTENT_LENGTH.length, length - CONTENT_LENGTH.length));
            hasLength = true;
        } else if (startsWith(in, begin, length, TRANSFER_ENCODING)) {
            isChunked = text(in, begin + TRANSFER_ENCODING.length, length - TRANSFER_ENCODING.length)
                    .endsWith("chunked");
        } else if (startsWith(in, begin, length, CONNECTION)) {
            closes = text(in, begin + CONNECTION.length, length - CONNECTION.length)
                    .equals("close");
        }
    }

    private void headersEnded() {
        if (status < 200) {
            part = Part.STATUS_LINE; // 100 Continue and its like come before the answer
        } else if (status == 204 || status == 304) {
            part = Part.DONE;
        } else if (isChunked) {
            part = Part.CHUNK_SIZE;
        } else if (hasLength) {
            part = left == 0 ? Part.DONE : Part.FIXED_BODY;
        } else {
            part = Part.BODY_TO_THE_END;
            closes = true;
        }
    }

    private static boolean startsWith(ByteBuf in, int begin, int length, byte[] lowerCaseName) {
        if (length < lowerCaseName.length) {
            return false;
        }
        for (int i = 0; i < lowerCaseName.length; i++) {
            int c = in.getByte(begin + i);
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lowerCaseName[i]) {
                return false;
            }
        }
        return true;
    }

    private static long chunkSize(ByteBuf in, int begin, int length) {
        long size = 0;
        for (int i = 0; i < length; i++) {
            int digit = Character.digit(in.getByte(begin + i), 16);
            if (digit < 0) {
                break; // an extension, or blanks
            }
            size = 16 * size + digit;
        }
        return size;
    }

    private static String text(ByteBuf in, int begin, int length) {
        return in.toString(begin, length, StandardCharsets.US_ASCII).strip().toLowerCase(Locale.ROOT);
    }
}
