package io.penstock.media;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Unsigned numbers at offsets of an encoded picture; reading past its end is {@link TruncatedException}. */
final class Bytes {
    private final MemorySegment data;

    Bytes(MemorySegment data) {
        this.data = data;
    }

    long size() {
        return data.byteSize();
    }

    Bytes slice(long from, long length) {
        if (from < 0 || length < 0 || from + length > size()) {
            throw new TruncatedException();
        }
        return new Bytes(data.asSlice(from, length));
    }

    int u8(long at) {
        if (at < 0 || at >= size()) {
            throw new TruncatedException();
        }
        return data.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    int u16(long at) {
        return u8(at) << 8 | u8(at + 1);
    }

    int u24(long at) {
        return u16(at) << 8 | u8(at + 2);
    }

    long u32(long at) {
        return (long) u16(at) << 16 | u16(at + 2);
    }

    int u16le(long at) {
        return u8(at) | u8(at + 1) << 8;
    }

    int u24le(long at) {
        return u16le(at) | u8(at + 2) << 16;
    }

    long u32le(long at) {
        return u16le(at) | (long) u16le(at + 2) << 16;
    }

    boolean isText(long at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (u8(at + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The picture ends before what it announces. */
    static final class TruncatedException extends RuntimeException {
        TruncatedException() {
            super("ends early", null, false, false);
        }
    }
}
