package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes JSON into pooled memory that grows as needed, so that answers count against the budget of bytes in flight. */
final class JsonOut implements AutoCloseable {
    private static final long FIRST_BYTES = 1024;

    private final TensorPool pool;
    private final byte[] number = new byte[20];
    private final StringBuilder decimal = new StringBuilder(32);
    private TensorLease lease;
    private MemorySegment memory;
    private long size;
    private boolean handedOver;

    JsonOut(TensorPool pool) {
        this.pool = pool;
        this.lease = pool.allocate(FIRST_BYTES);
        this.memory = lease.memory();
    }

    long size() {
        return size;
    }

    /** Hands the memory to the caller, who closes it. */
    TensorLease handOver() {
        handedOver = true;
        return lease;
    }

    private void ensure(long more) {
        if (size + more <= memory.byteSize()) {
            return;
        }
        TensorLease larger = pool.allocate(Math.max(size + more, 2 * memory.byteSize()));
        MemorySegment.copy(memory, 0, larger.memory(), 0, size);
        lease.close();
        lease = larger;
        memory = larger.memory();
    }

    JsonOut raw(char ascii) {
        ensure(1);
        memory.set(JAVA_BYTE, size++, (byte) ascii);
        return this;
    }

    JsonOut raw(String ascii) {
        int length = ascii.length();
        ensure(length);
        for (int i = 0; i < length; i++) {
            memory.set(JAVA_BYTE, size + i, (byte) ascii.charAt(i));
        }
        size += length;
        return this;
    }

    JsonOut string(String text) {
        return string(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A string from UTF-8 bytes. */
    JsonOut string(MemorySegment utf8) {
        raw('"');
        long from = 0;
        long end = utf8.byteSize();
        for (long i = 0; i < end; i++) {
            byte b = utf8.get(JAVA_BYTE, i);
            if (b == '"' || b == '\\' || (b >= 0 && b < 0x20)) {
                copy(utf8, from, i);
                raw(JsonStrings.escape(b));
                from = i + 1;
            }
        }
        copy(utf8, from, end);
        return raw('"');
    }

    /** Text that is JSON already. */
    JsonOut utf8(String json) {
        MemorySegment bytes = MemorySegment.ofArray(json.getBytes(StandardCharsets.UTF_8));
        copy(bytes, 0, bytes.byteSize());
        return this;
    }

    /** Bytes in base64, without quotes. */
    JsonOut base64(MemorySegment bytes) {
        ByteBuffer coded =
                Base64.getEncoder().encode(bytes.byteSize() == 0 ? ByteBuffer.allocate(0) : bytes.asByteBuffer());
        copy(MemorySegment.ofBuffer(coded), 0, coded.remaining());
        return this;
    }

    private void copy(MemorySegment source, long from, long to) {
        ensure(to - from);
        MemorySegment.copy(source, from, memory, size, to - from);
        size += to - from;
    }

    JsonOut number(long value) {
        if (value == Long.MIN_VALUE) {
            return raw(Long.toString(value));
        }
        long left = Math.abs(value);
        int at = number.length;
        do {
            number[--at] = (byte) ('0' + left % 10);
            left /= 10;
        } while (left > 0);
        if (value < 0) {
            number[--at] = '-';
        }
        int length = number.length - at;
        ensure(length);
        MemorySegment.copy(number, at, memory, JAVA_BYTE, size, length);
        size += length;
        return this;
    }

    /** The shortest decimal that reads back as the same float; nothing is allocated for it. */
    JsonOut number(float value) {
        decimal.setLength(0);
        return ascii(decimal.append(value));
    }

    /** The shortest decimal that reads back as the same double; nothing is allocated for it. */
    JsonOut number(double value) {
        decimal.setLength(0);
        return ascii(decimal.append(value));
    }

    private JsonOut ascii(StringBuilder text) {
        int length = text.length();
        ensure(length);
        for (int i = 0; i < length; i++) {
            memory.set(JAVA_BYTE, size + i, (byte) text.charAt(i));
        }
        size += length;
        return this;
    }

    /** Gives the memory back unless it was handed over. */
    @Override
    public void close() {
        if (!handedOver) {
            lease.close();
        }
    }
}
