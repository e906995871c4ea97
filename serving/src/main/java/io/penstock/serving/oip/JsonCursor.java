package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Walks JSON text in memory, value by value. Strict as RFC 8259 is; nesting deeper than allowed is refused.
 */
final class JsonCursor {
    static final int USUAL_DEPTH = 100;

    private final MemorySegment text;
    private final long end;
    private final int maxDepth;
    private final JsonNumber number;
    private long position;
    private int depth;

    JsonCursor(MemorySegment text) {
        this(text, USUAL_DEPTH);
    }

    /** @param maxDepth levels of nesting */
    JsonCursor(MemorySegment text, int maxDepth) {
        this.maxDepth = maxDepth;
        this.text = text;
        this.end = text.byteSize();
        this.number = new JsonNumber(text);
    }

    long position() {
        return position;
    }

    void moveTo(long newPosition) {
        position = newPosition;
        depth = 0;
    }

    /** The next byte that is not white space, without taking it; -1 at the end. */
    int peek() {
        long at = position;
        while (at < end) {
            byte b = text.get(JAVA_BYTE, at);
            if (b > ' ' || (b != ' ' && b != '\n' && b != '\r' && b != '\t')) {
                position = at;
                return b;
            }
            at++;
        }
        position = at;
        return -1;
    }

    /** Takes {@code c} if it is next. */
    boolean take(char c) {
        if (peek() != c) {
            return false;
        }
        position++;
        return true;
    }

    void expect(char c) {
        if (!take(c)) {
            throw unexpected("'" + c + "'");
        }
    }

    /** Takes the opening bracket or brace, and counts the depth; false if what follows closes it again at once. */
    boolean open(char opening) {
        expect(opening);
        if (++depth > maxDepth) {
            throw Refusal.invalid("the JSON is nested more than " + maxDepth + " levels deep (limits.jsonDepth)");
        }
        return !close(closing(opening));
    }

    /** After an element: true if another follows, false if the array or object ends here. */
    boolean more(char opening) {
        if (take(',')) {
            return true;
        }
        if (close(closing(opening))) {
            return false;
        }
        throw unexpected("',' or '" + closing(opening) + "'");
    }

    private boolean close(char closing) {
        if (take(closing)) {
            depth--;
            return true;
        }
        return false;
    }

    private static char closing(char opening) {
        return opening == '[' ? ']' : '}';
    }

    /** A member's name and the colon after it. */
    String name() {
        String name = string();
        expect(':');
        return name;
    }

    String string() {
        MemorySegment raw = rawString();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(raw.byteSize()));
        long length = JsonStrings.decode(raw, MemorySegment.ofBuffer(bytes), 0);
        if (length < 0) {
            throw Refusal.invalid("the body is not JSON: a string has a wrong escape before byte " + position);
        }
        bytes.limit((int) length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw Refusal.invalid("the body is not JSON: a string is not UTF-8 before byte " + position);
        }
    }

    /** The bytes between a string's quotes, escapes not yet decoded. */
    MemorySegment rawString() {
        expect('"');
        long from = position;
        while (position < end) {
            byte b = text.get(JAVA_BYTE, position);
            if (b == '"') {
                position++;
                return text.asSlice(from, position - 1 - from);
            }
            if (b >= 0 && b < 0x20) {
                throw unexpected("an escaped control character");
            }
            position += b == '\\' ? 2 : 1;
        }
        position = end;
        throw unexpected("'\"'");
    }

    /** Reads the number that is next; it is valid until the next call. */
    JsonNumber number() {
        peek();
        long after = number.read(position);
        if (after < 0) {
            throw unexpected("a number");
        }
        position = after;
        return number;
    }

    boolean isNumberNext() {
        int next = peek();
        return next == '-' || (next >= '0' && next <= '9');
    }

    boolean bool() {
        if (peek() == 't') {
            literal("true");
            return true;
        }
        literal("false");
        return false;
    }

    private void literal(String word) {
        peek();
        for (int i = 0; i < word.length(); i++) {
            if (position + i >= end || text.get(JAVA_BYTE, position + i) != word.charAt(i)) {
                throw unexpected(word.equals("null") ? "a value" : "true or false");
            }
        }
        position += word.length();
    }

    /** Steps over one value of any kind. */
    void skip() {
        int next = peek();
        switch (next) {
            case '{' -> {
                boolean another = open('{');
                while (another) {
                    rawString();
                    expect(':');
                    skip();
                    another = more('{');
                }
            }
            case '[' -> {
                boolean another = open('[');
                while (another) {
                    skip();
                    another = more('[');
                }
            }
            case '"' -> rawString();
            case 't', 'f' -> bool();
            case 'n' -> literal("null");
            case 'N', 'I' ->
                throw Refusal.invalid("the body is not JSON: NaN and infinity have no JSON form; tensors that"
                        + " hold them travel in binary (binary_data_size)");
            default -> skipNumber();
        }
    }

    private void skipNumber() {
        long from = position;
        long at = from;
        while (at < end && isNumberByte(text.get(JAVA_BYTE, at))) {
            at++;
        }
        position = at;
        if (at == from) {
            throw unexpected("a value");
        }
    }

    private static boolean isNumberByte(byte b) {
        return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
    }

    /** Refuses anything but white space up to the end. */
    void expectEnd() {
        if (peek() != -1) {
            throw unexpected("the end");
        }
    }

    ServingException unexpected(String wanted) {
        int found = peek();
        String what = found < 0
                ? position >= end ? "the text ends" : "byte 0x" + Integer.toHexString(found & 0xFF) + " stands there"
                : "'" + (char) found + "' stands there";
        return Refusal.invalid(
                "the body is not JSON: " + wanted + " was expected at byte " + position + ", but " + what);
    }
}
