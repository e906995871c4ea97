package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** Turns what stands between the quotes of a JSON string into UTF-8 bytes, and back. */
final class JsonStrings {
    private static final String HEX = "0123456789abcdef";

    private JsonStrings() {}

    /**
     * Decodes escapes; never yields more bytes than it takes.
     *
     * @return how many bytes were written from {@code offset} on, or -1 if an escape is wrong
     */
    static long decode(MemorySegment raw, MemorySegment target, long offset) {
        long to = offset;
        long size = raw.byteSize();
        for (long i = 0; i < size; i++) {
            byte b = raw.get(JAVA_BYTE, i);
            if (b != '\\') {
                target.set(JAVA_BYTE, to++, b);
                continue;
            }
            if (++i >= size) {
                return -1;
            }
            int plain = unescaped(raw.get(JAVA_BYTE, i));
            if (plain >= 0) {
                target.set(JAVA_BYTE, to++, (byte) plain);
                continue;
            }
            int unit = raw.get(JAVA_BYTE, i) == 'u' ? hex(raw, i + 1) : -1;
            if (unit < 0) {
                return -1;
            }
            i += 4;
            int codePoint = unit;
            if (Character.isHighSurrogate((char) unit)) {
                boolean escaped = i + 2 < size && raw.get(JAVA_BYTE, i + 1) == '\\' && raw.get(JAVA_BYTE, i + 2) == 'u';
                int low = escaped ? hex(raw, i + 3) : -1;
                if (low < 0 || !Character.isLowSurrogate((char) low)) {
                    return -1;
                }
                codePoint = Character.toCodePoint((char) unit, (char) low);
                i += 6;
            } else if (Character.isLowSurrogate((char) unit)) {
                return -1;
            }
            to = utf8(codePoint, target, to);
        }
        return to - offset;
    }

    private static int unescaped(byte escape) {
        return switch (escape) {
            case '"', '\\', '/' -> escape;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> -1;
        };
    }

    private static int hex(MemorySegment raw, long from) {
        if (from + 4 > raw.byteSize()) {
            return -1;
        }
        int value = 0;
        for (long i = from; i < from + 4; i++) {
            int digit = Character.digit(raw.get(JAVA_BYTE, i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value * 16 + digit;
        }
        return value;
    }

    private static long utf8(int codePoint, MemorySegment target, long at) {
        long to = at;
        if (codePoint < 0x80) {
            target.set(JAVA_BYTE, to++, (byte) codePoint);
        } else if (codePoint < 0x800) {
            target.set(JAVA_BYTE, to++, (byte) (0xC0 | (codePoint >> 6)));
            target.set(JAVA_BYTE, to++, (byte) (0x80 | (codePoint & 0x3F)));
        } else {
            if (codePoint < 0x10000) {
                target.set(JAVA_BYTE, to++, (byte) (0xE0 | (codePoint >> 12)));
            } else {
                target.set(JAVA_BYTE, to++, (byte) (0xF0 | (codePoint >> 18)));
                target.set(JAVA_BYTE, to++, (byte) (0x80 | ((codePoint >> 12) & 0x3F)));
            }
            target.set(JAVA_BYTE, to++, (byte) (0x80 | ((codePoint >> 6) & 0x3F)));
            target.set(JAVA_BYTE, to++, (byte) (0x80 | (codePoint & 0x3F)));
        }
        return to;
    }

    /** Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates). */
    static boolean isUtf8(MemorySegment bytes) {
        long size = bytes.byteSize();
        long i = 0;
        while (i < size) {
            int lead = bytes.get(JAVA_BYTE, i) & 0xFF;
            int length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
            if (length == 0 || i + length > size) {
                return false;
            }
            for (int k = 1; k < length; k++) {
                if ((bytes.get(JAVA_BYTE, i + k) & 0xC0) != 0x80) {
                    return false;
                }
            }
            if (length > 2 && !isSecondByteInRange(lead, bytes.get(JAVA_BYTE, i + 1) & 0xFF)) {
                return false;
            }
            i += length;
        }
        return true;
    }

    private static boolean isSecondByteInRange(int lead, int second) {
        return switch (lead) {
            case 0xE0 -> second >= 0xA0;
            case 0xED -> second < 0xA0;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second < 0x90;
            default -> true;
        };
    }

    /** The escape of a byte that may not stand in a JSON string as it is. */
    static String escape(byte b) {
        return switch (b) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> "\\u00" + HEX.charAt(b >> 4) + HEX.charAt(b & 15);
        };
    }
}
