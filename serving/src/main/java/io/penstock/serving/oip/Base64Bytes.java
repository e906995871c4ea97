package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Reads base64 (RFC 4648, the plain alphabet) from memory to memory, without allocating. */
final class Base64Bytes {
    private static final byte[] VALUES = new byte[128];

    static {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < alphabet.length(); i++) {
            VALUES[alphabet.charAt(i)] = (byte) i;
        }
    }

    private Base64Bytes() {}

    /**
     * Decodes what stands between the quotes of a JSON string; of JSON's escapes only that of the slash may occur.
     * Padding may be left out.
     *
     * @return how many bytes were written from {@code offset} on, or -1 if it is not base64
     */
    static long decode(MemorySegment text, MemorySegment target, long offset) {
        long end = text.byteSize();
        while (end > 0 && end > text.byteSize() - 2 && text.get(JAVA_BYTE, end - 1) == '=') {
            end--;
        }
        long to = offset;
        int bits = 0;
        int held = 0;
        for (long i = 0; i < end; i++) {
            byte b = text.get(JAVA_BYTE, i);
            if (b == '\\' && i + 1 < end && text.get(JAVA_BYTE, i + 1) == '/') {
                continue;
            }
            int value = b < 0 ? -1 : VALUES[b];
            if (value < 0) {
                return -1;
            }
            bits = bits << 6 | value;
            held += 6;
            if (held >= 8) {
                held -= 8;
                target.set(JAVA_BYTE, to++, (byte) (bits >> held));
            }
        }
        return held >= 6 ? -1 : to - offset;
    }
}
