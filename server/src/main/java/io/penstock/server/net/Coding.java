package io.penstock.server.net;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The codings of HTTP bodies and gRPC messages that are served: {@code gzip} (RFC 1952), and {@code deflate}, which is
 * zlib's format (RFC 1950). Both sides lie in pooled memory, so that what a body grows to counts as bytes in flight, and
 * a small body that would become a huge one is refused at the limit of any body.
 */
enum Coding {
    GZIP,
    DEFLATE;

    /** Without them no coder is given more output at once. */
    private static final long FIRST_BYTES = 64 << 10;

    private static final int GZIP_HEAD = 10;
    private static final int GZIP_TAIL = 8;
    private static final int CHECKSUM = 1 << 1;
    private static final int EXTRA = 1 << 2;
    private static final int NAME = 1 << 3;
    private static final int COMMENT = 1 << 4;
    /** Tensors rarely shrink much; the fastest level costs a third of the default's time. */
    private static final int LEVEL = Deflater.BEST_SPEED;

    String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param name as a header field says it, in any case */
    static Optional<Coding> find(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "gzip", "x-gzip" -> Optional.of(GZIP);
            case "deflate" -> Optional.of(DEFLATE);
            default -> Optional.empty();
        };
    }

    /**
     * The whole of a coded body; the caller closes its lease.
     *
     * @param maxBytes decoded; {@code limitName} is what the refusal calls it
     * @throws ServingException if it is not of this coding, is cut off, or is larger than allowed
     */
    RequestBody decode(MemorySegment coded, TensorPool pool, long maxBytes, String limitName) {
        Inflater inflater = new Inflater(this == GZIP);
        try (Growing out = new Growing(pool, maxBytes, limitName + " decoded from " + token())) {
            ByteBuffer input = coded.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            CRC32 checksum = new CRC32();
            if (this == GZIP) {
                skipGzipHead(input);
            }
            inflater.setInput(input);
            while (!inflater.finished()) {
                ByteBuffer room = out.room();
                int start = room.position();
                int written = inflater.inflate(room);
                if (written == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw malformed("is cut off");
                }
                if (this == GZIP) {
                    checksum.update(room.duplicate().flip().position(start));
                }
                out.wrote(written);
            }
            if (this == GZIP) {
                checkGzipTail(input, checksum.getValue(), out.size());
            }
            if (input.hasRemaining()) {
                throw malformed("has " + input.remaining() + " bytes behind its end");
            }
            return out.handOver();
        } catch (DataFormatException e) {
            throw malformed("is malformed");
        } finally {
            inflater.end();
        }
    }

    private void skipGzipHead(ByteBuffer input) {
        if (input.remaining() < GZIP_HEAD || input.getShort() != (short) 0x8B1F || input.get() != 8) {
            throw malformed("does not begin as gzip does");
        }
        int flags = input.get();
        skip(input, GZIP_HEAD - 4);
        if ((flags & EXTRA) != 0) {
            skip(input, 2);
            skip(input, input.getShort(input.position() - 2) & 0xFFFF);
        }
        if ((flags & NAME) != 0) {
            skipText(input);
        }
        if ((flags & COMMENT) != 0) {
            skipText(input);
        }
        if ((flags & CHECKSUM) != 0) {
            skip(input, 2);
        }
    }

    private void skip(ByteBuffer input, int bytes) {
        if (input.remaining() < bytes) {
            throw malformed("is cut off");
        }
        input.position(input.position() + bytes);
    }

    private void skipText(ByteBuffer input) {
        byte last;
        do {
            if (!input.hasRemaining()) {
                throw malformed("is cut off");
            }
            last = input.get();
        } while (last != 0);
    }

    private void checkGzipTail(ByteBuffer input, long checksum, long size) {
        if (input.remaining() < GZIP_TAIL) {
            throw malformed("is cut off");
        }
        if (input.getInt() != (int) checksum || input.getInt() != (int) size) {
            throw malformed("does not have the checksum it says");
        }
    }

    private ServingException malformed(String what) {
        return new ServingException(ErrorCode.INVALID_REQUEST, "the body in coding " + token() + " " + what);
    }

    /** Codes the parts as one body; the caller closes its lease. */
    RequestBody encode(List<MemorySegment> parts, TensorPool pool) {
        Deflater deflater = new Deflater(LEVEL, this == GZIP);
        try (Growing out = new Growing(pool, Integer.MAX_VALUE - 1024, "answer")) {
            CRC32 checksum = new CRC32();
            long size = 0;
            if (this == GZIP) {
                out.write(new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 4, (byte) 0xFF});
            }
            for (MemorySegment part : parts) {
                ByteBuffer bytes = part.asByteBuffer();
                size += part.byteSize();
                checksum.update(bytes.duplicate());
                deflater.setInput(bytes);
                while (!deflater.needsInput()) {
                    out.wrote(deflater.deflate(out.room()));
                }
            }
            deflater.finish();
            while (!deflater.finished()) {
                out.wrote(deflater.deflate(out.room()));
            }
            if (this == GZIP) {
                out.write(ByteBuffer.allocate(GZIP_TAIL)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt((int) checksum.getValue())
                        .putInt((int) size)
                        .array());
            }
            return out.handOver();
        } finally {
            deflater.end();
        }
    }

    /** Pooled memory that grows up to a limit. */
    private static final class Growing implements AutoCloseable {
        private final TensorPool pool;
        private final long maxBytes;
        private final String what;
        private TensorLease lease;
        private long size;
        private boolean handedOver;

        Growing(TensorPool pool, long maxBytes, String what) {
            this.pool = pool;
            this.maxBytes = maxBytes;
            this.what = what;
            this.lease = pool.allocate(Math.min(FIRST_BYTES, maxBytes));
        }

        long size() {
            return size;
        }

        /** Where the next bytes go; at least one byte. */
        ByteBuffer room() {
            long capacity = lease.memory().byteSize();
            if (size == capacity) {
                if (capacity >= maxBytes) {
                    throw new ServingException(
                            ErrorCode.TOO_LARGE,
                            "a " + what + " is more than the " + maxBytes + " bytes allowed (limits.requestBytes)");
                }
                TensorLease larger = pool.allocate(Math.min(maxBytes, 2 * capacity));
                MemorySegment.copy(lease.memory(), 0, larger.memory(), 0, size);
                lease.close();
                lease = larger;
            }
            return lease.memory().asSlice(size).asByteBuffer();
        }

        void wrote(int bytes) {
            size += bytes;
        }

        void write(byte[] bytes) {
            for (int at = 0; at < bytes.length; ) {
                ByteBuffer room = room();
                int now = Math.min(room.remaining(), bytes.length - at);
                room.put(bytes, at, now);
                size += now;
                at += now;
            }
        }

        RequestBody handOver() {
            handedOver = true;
            return new RequestBody(lease, lease.memory().asSlice(0, size));
        }

        @Override
        public void close() {
            if (!handedOver) {
                lease.close();
            }
        }
    }
}
