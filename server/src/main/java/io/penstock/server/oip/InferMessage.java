package io.penstock.server.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.google.protobuf.InvalidProtocolBufferException;
import io.penstock.protocol.oip.ModelInferRequest;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A {@code ModelInferRequest} whose {@code raw_input_contents} stay where they arrived: views of the message's memory.
 *
 * <p>protobuf-java has no decoder for direct memory, it would copy every tensor to the heap. So the top-level fields
 * are walked here, and only what is not a raw tensor goes to the generated parser.
 */
record InferMessage(ModelInferRequest head, List<MemorySegment> raw) {
    private static final int RAW_INPUT_CONTENTS = ModelInferRequest.RAW_INPUT_CONTENTS_FIELD_NUMBER;

    static InferMessage parse(MemorySegment message) throws InvalidProtocolBufferException {
        Walk walk = new Walk(message);
        walk.over();
        return walk.parsed();
    }

    /** The message, unless more than {@code most} bytes of it are something else than raw tensors. */
    static Optional<InferMessage> parseShort(MemorySegment message, long most) throws InvalidProtocolBufferException {
        Walk walk = new Walk(message);
        walk.over();
        return walk.keptBytes() <= most ? Optional.of(walk.parsed()) : Optional.empty();
    }

    /** One pass over the top-level fields. */
    private static final class Walk {
        private final MemorySegment message;
        private final long end;
        private final List<MemorySegment> raw = new ArrayList<>(2);
        private final List<MemorySegment> kept = new ArrayList<>(3);
        private long position;

        Walk(MemorySegment message) {
            this.message = message;
            this.end = message.byteSize();
        }

        void over() throws InvalidProtocolBufferException {
            long keptFrom = 0;
            while (position < end) {
                long field = position;
                long tag = varint();
                if (tag == ((RAW_INPUT_CONTENTS << 3) | 2)) {
                    long length = length();
                    raw.add(message.asSlice(position, length));
                    kept.add(message.asSlice(keptFrom, field - keptFrom));
                    position += length;
                    keptFrom = position;
                } else {
                    skip((int) tag & 7);
                }
            }
            kept.add(message.asSlice(keptFrom, end - keptFrom));
        }

        InferMessage parsed() throws InvalidProtocolBufferException {
            return new InferMessage(ModelInferRequest.parseFrom(joined()), raw);
        }

        long keptBytes() {
            long size = 0;
            for (MemorySegment part : kept) {
                size += part.byteSize();
            }
            return size;
        }

        private byte[] joined() {
            byte[] bytes = new byte[Math.toIntExact(keptBytes())];
            int at = 0;
            for (MemorySegment part : kept) {
                int length = (int) part.byteSize();
                MemorySegment.copy(part, JAVA_BYTE, 0, bytes, at, length);
                at += length;
            }
            return bytes;
        }

        private void skip(int wireType) throws InvalidProtocolBufferException {
            switch (wireType) {
                case 0 -> varint();
                case 1 -> position += 8;
                case 2 -> {
                    long length = length();
                    position += length;
                }
                case 5 -> position += 4;
                default -> throw new InvalidProtocolBufferException("wire type " + wireType);
            }
            if (position > end) {
                throw new InvalidProtocolBufferException("cut off");
            }
        }

        private long length() throws InvalidProtocolBufferException {
            long length = varint();
            if (length < 0 || length > end - position) {
                throw new InvalidProtocolBufferException("cut off");
            }
            return length;
        }

        private long varint() throws InvalidProtocolBufferException {
            long value = 0;
            for (int shift = 0; shift < 64 && position < end; shift += 7) {
                byte b = message.get(JAVA_BYTE, position++);
                value |= (long) (b & 0x7F) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new InvalidProtocolBufferException("malformed number");
        }
    }
}
