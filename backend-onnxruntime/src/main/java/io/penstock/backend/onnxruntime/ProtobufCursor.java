package io.penstock.backend.onnxruntime;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Walks over a protobuf message in a file of any size: what is not asked for is jumped over, not read. Whatever does not
 * lie within the message around it is a {@link MalformedException}.
 */
final class ProtobufCursor implements Closeable {
    private static final int BUFFER = 16 << 10;
    private static final int LONGEST_TEXT = 4096;

    private final SeekableByteChannel channel;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
    private long position;

    /** Where a field stands, and what kind of value follows. */
    record Tag(int field, int wire) {
        static final int VARINT = 0;
        static final int FIXED64 = 1;
        static final int BYTES = 2;
        static final int FIXED32 = 5;

        boolean isBytes(int number) {
            return field == number && wire == BYTES;
        }

        boolean isVarint(int number) {
            return field == number && wire == VARINT;
        }
    }

    /** Bytes that are no protobuf message. */
    static final class MalformedException extends IOException {
        MalformedException(String message) {
            super(message);
        }
    }

    ProtobufCursor(SeekableByteChannel channel) throws IOException {
        this.channel = channel;
        this.size = channel.size();
    }

    long size() {
        return size;
    }

    long position() {
        return position;
    }

    Tag tag(long end) throws IOException {
        long value = varint(end);
        long field = value >>> 3;
        if (field == 0 || field > 536_870_911) {
            throw malformed("there is no field " + field);
        }
        return new Tag((int) field, (int) (value & 7));
    }

    long varint(long end) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = next(end);
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a number has more than 64 bits");
    }

    /** Reads a length, and gives where what has that length ends. */
    long end(long end) throws IOException {
        long length = varint(end);
        if (length < 0 || length > end - position) {
            throw malformed("a part claims " + Long.toUnsignedString(length) + " bytes where " + (end - position)
                    + " are left");
        }
        return position + length;
    }

    /** A text of which no more than the first 4096 bytes are kept. */
    String text(long end) throws IOException {
        long stop = end(end);
        byte[] bytes = new byte[(int) Math.min(LONGEST_TEXT, stop - position)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = next(stop);
        }
        jump(stop);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void skip(Tag tag, long end) throws IOException {
        switch (tag.wire()) {
            case Tag.VARINT -> varint(end);
            case Tag.FIXED64 -> jumpWithin(8, end);
            case Tag.BYTES -> jump(end(end));
            case Tag.FIXED32 -> jumpWithin(4, end);
            default -> throw malformed("there is no kind of value " + tag.wire());
        }
    }

    private void jumpWithin(int bytes, long end) throws IOException {
        if (bytes > end - position) {
            throw malformed("a value ends behind its message");
        }
        jump(position + bytes);
    }

    private void jump(long to) throws IOException {
        long ahead = to - position;
        if (ahead <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) ahead);
        } else {
            channel.position(to);
            buffer.limit(0);
        }
        position = to;
    }

    private byte next(long end) throws IOException {
        if (position >= end) {
            throw malformed("a value ends behind its message");
        }
        if (!buffer.hasRemaining()) {
            buffer.clear();
            if (channel.read(buffer) <= 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            buffer.flip();
        }
        position++;
        return buffer.get();
    }

    MalformedException malformed(String what) {
        return new MalformedException(what + " (byte " + position + ")");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
