package io.penstock.spec.triton;

import io.penstock.spec.InvalidSpecException;
import io.penstock.spec.Violation;
import io.penstock.spec.triton.ConfigNode.Field;
import io.penstock.spec.triton.ConfigNode.Message;
import io.penstock.spec.triton.ConfigNode.Scalar;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads protocol buffers' text format without a schema: fields with and without colons, lists, messages in braces or
 * angle brackets, comments, adjacent texts. The grammar is protobuf.dev's "Text Format Language Specification".
 */
final class TextFormat {
    private static final int DEEPEST = 32;
    /** In the place of the brace that ends a message, for the whole file. */
    private static final char NONE = 0;

    private static final String PLAIN = "_.+-";

    private final String file;
    private final String text;
    private int position;
    private int line = 1;

    private TextFormat(String file, String text) {
        this.file = file;
        this.text = text;
    }

    /** @throws InvalidSpecException with the line of the first mistake */
    static Message read(String file, String text) {
        TextFormat reader = new TextFormat(file, text);
        return reader.message(NONE, 0);
    }

    private Message message(char end, int depth) {
        if (depth > DEEPEST) {
            throw mistake("messages may be nested " + DEEPEST + " deep");
        }
        int began = line;
        List<Field> fields = new ArrayList<>();
        while (true) {
            skipSpace();
            if (position >= text.length()) {
                if (end == NONE) {
                    return new Message(fields, began);
                }
                throw mistake("the file ends where " + end + " is expected");
            }
            if (end != NONE && peek() == end) {
                position++;
                return new Message(fields, began);
            }
            if (peek() == ',' || peek() == ';') {
                position++;
                continue;
            }
            field(fields, depth);
        }
    }

    private void field(List<Field> fields, int depth) {
        String name = word("the name of a field");
        skipSpace();
        boolean colon = has(':');
        if (colon) {
            position++;
            skipSpace();
        }
        if (has('[')) {
            position++;
            list(name, fields, depth);
        } else if (has('{') || has('<')) {
            fields.add(new Field(name, braced(depth)));
        } else if (colon) {
            fields.add(new Field(name, scalar()));
        } else {
            throw mistake("after " + name + " a colon or a brace is expected");
        }
    }

    private void list(String name, List<Field> fields, int depth) {
        skipSpace();
        while (!has(']')) {
            fields.add(new Field(name, has('{') || has('<') ? braced(depth) : scalar()));
            skipSpace();
            if (has(',')) {
                position++;
                skipSpace();
            } else if (!has(']')) {
                throw mistake("in the list " + name + " a comma or ] is expected");
            }
        }
        position++;
    }

    private Message braced(int depth) {
        char end = peek() == '{' ? '}' : '>';
        position++;
        return message(end, depth + 1);
    }

    private Scalar scalar() {
        int began = line;
        if (!has('"') && !has('\'')) {
            return new Scalar(word("a value"), false, began);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (has('"') || has('\'')) {
            quoted(bytes);
            skipSpace();
        }
        return new Scalar(bytes.toString(StandardCharsets.UTF_8), true, began);
    }

    private void quoted(ByteArrayOutputStream bytes) {
        char quote = peek();
        position++;
        int began = position;
        while (true) {
            if (position >= text.length() || peek() == '\n') {
                throw mistake("a text ends at its line's end, without " + quote);
            }
            char c = peek();
            if (c == quote || c == '\\') {
                bytes.writeBytes(text.substring(began, position).getBytes(StandardCharsets.UTF_8));
                position++;
                if (c == quote) {
                    return;
                }
                escape(bytes);
                began = position;
            } else {
                position++;
            }
        }
    }

    private void escape(ByteArrayOutputStream bytes) {
        char c = position < text.length() ? text.charAt(position++) : NONE;
        switch (c) {
            case 'n' -> bytes.write('\n');
            case 't' -> bytes.write('\t');
            case 'r' -> bytes.write('\r');
            case 'x', 'X' -> bytes.write(digits(16, 2));
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                position--;
                bytes.write(digits(8, 3));
            }
            case '"', '\'', '\\', '?' -> bytes.write(c);
            default -> throw mistake("no escape is written \\" + c);
        }
    }

    private int digits(int radix, int most) {
        int value = 0;
        int count = 0;
        while (count < most && position < text.length() && Character.digit(peek(), radix) >= 0) {
            value = value * radix + Character.digit(peek(), radix);
            position++;
            count++;
        }
        if (count == 0) {
            throw mistake("an escape has no digits");
        }
        return value;
    }

    private String word(String wanted) {
        int began = position;
        while (position < text.length() && (Character.isLetterOrDigit(peek()) || PLAIN.indexOf(peek()) >= 0)) {
            position++;
        }
        if (position == began) {
            throw mistake(wanted + " is expected, not "
                    + (position < text.length() ? "'" + peek() + "'" : "the end of the file"));
        }
        return text.substring(began, position);
    }

    private void skipSpace() {
        while (position < text.length()) {
            char c = peek();
            if (c == '#') {
                int end = text.indexOf('\n', position);
                position = end < 0 ? text.length() : end;
            } else if (Character.isWhitespace(c)) {
                line += c == '\n' ? 1 : 0;
                position++;
            } else {
                return;
            }
        }
    }

    private boolean has(char wanted) {
        return position < text.length() && text.charAt(position) == wanted;
    }

    private char peek() {
        return text.charAt(position);
    }

    private InvalidSpecException mistake(String message) {
        int column = position - text.lastIndexOf('\n', Math.max(0, position - 1));
        return new InvalidSpecException(List.of(new Violation(file, line, Math.max(1, column), "", message)));
    }
}
