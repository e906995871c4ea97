package io.penstock.vision.draw;

import java.text.Normalizer;

/**
 * A font of lines, drawn for this program: it needs no font file and no AWT, and looks the same at every size.
 *
 * <p>A glyph is its width and its strokes: pairs of hexadecimal digits are points (x, y) of a line, a blank ends it. The
 * top of capitals is at y = 0, of small letters at 4, the base line at 12, the lowest tail at 15.
 */
final class StrokeFont {
    /** From the top of a capital to the base line, in the glyphs' units. */
    static final int CAP_HEIGHT = 12;

    /** From the base line to the lowest tail. */
    static final int DESCENT = 3;

    private static final int GAP = 4;
    private static final String BOX = "8 00808C0C00";

    private StrokeFont() {}

    /** Letters without their accents; what remains outside ASCII will be a box. */
    static String drawable(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("\\p{M}", "");
    }

    /** In the glyphs' units, without a gap at the end. */
    static int width(String text) {
        int width = 0;
        for (int i = 0; i < text.length(); i++) {
            width += advance(text.charAt(i));
        }
        return Math.max(0, width - GAP);
    }

    /** From a glyph's start to the next one's. */
    static int advance(char letter) {
        return Character.digit(glyph(letter).charAt(0), 16) + GAP;
    }

    /** The glyph's strokes, from its third character on. */
    static String glyph(char letter) {
        if (letter >= 'a' && letter <= 'z') {
            return small(letter);
        }
        if (letter >= 'A' && letter <= 'Z') {
            return capital(letter);
        }
        return letter >= '0' && letter <= '9' ? digit(letter) : sign(letter);
    }

    private static String small(char letter) {
        return switch (letter) {
            case 'a' -> "7 747C 7654341507091B3C5C7A";
            case 'b' -> "7 000C 0624446577796B4C2C0A";
            case 'c' -> "7 7654341507091B3C5C7A";
            case 'd' -> "7 707C 7654341507091B3C5C7A";
            case 'e' -> "7 0878766554341507091B3C5C7A";
            case 'f' -> "5 504021232C 0454";
            case 'g' -> "7 747D5F2F1E 7654341507091B3C5C7A";
            case 'h' -> "7 000C 06244465777C";
            case 'i' -> "0 040C 0101";
            case 'j' -> "3 343D2F0F 3131";
            case 'k' -> "6 000C 6409 376C";
            case 'l' -> "2 000A1C2C";
            case 'm' -> "A 040C 062434565C 567484A6AC";
            case 'n' -> "7 040C 06244465777C";
            case 'o' -> "7 34446577796B4C3C1B09071534";
            case 'p' -> "7 040F 0624446577796B4C2C0A";
            case 'q' -> "7 747F 7654341507091B3C5C7A";
            case 'r' -> "5 040C 06243454";
            case 's' -> "6 65542405072848696B4C1C0B";
            case 't' -> "5 212A3C5C 0454";
            case 'u' -> "7 04091B3C5C7A 747C";
            case 'v' -> "8 044C84";
            case 'w' -> "A 043C557CA4";
            case 'x' -> "7 047C 740C";
            case 'y' -> "8 044C 843E1F0F";
            default -> "7 04740C7C";
        };
    }

    private static String capital(char letter) {
        return switch (letter) {
            case 'A' -> "8 0C408C 1878";
            case 'B' -> "8 0C00507173655606 5677897B5C0C";
            case 'C' -> "8 8260301205071A3C6C8A";
            case 'D' -> "8 000C4C7A8884724000";
            case 'E' -> "8 80000C8C 0666";
            case 'F' -> "8 80000C 0666";
            case 'G' -> "8 8260301205071A3C6C8A8757";
            case 'H' -> "8 000C 808C 0686";
            case 'I' -> "0 000C";
            case 'J' -> "6 60695B3C1B09";
            case 'K' -> "8 000C 8007 348C";
            case 'L' -> "7 000C7C";
            case 'M' -> "A 0C0057A0AC";
            case 'N' -> "8 0C008C80";
            case 'O' -> "8 30507285877A5C3C1A07051230";
            case 'P' -> "8 0C00507183755606";
            case 'Q' -> "8 30507285877A5C3C1A07051230 598C";
            case 'R' -> "8 0C00507183755606 568C";
            case 'S' -> "8 82602002042567888A6C2C0A";
            case 'T' -> "8 0080 404C";
            case 'U' -> "8 00081A3C5C7A8880";
            case 'V' -> "8 004C80";
            case 'W' -> "A 002C528CA0";
            case 'X' -> "8 008C 800C";
            case 'Y' -> "8 004680 464C";
            default -> "8 00800C8C";
        };
    }

    private static String digit(char letter) {
        return switch (letter) {
            case '0' -> "8 30507285877A5C3C1A07051230";
            case '1' -> "4 03303C";
            case '2' -> "8 031130507183750C8C";
            case '3' -> "8 0080456587897B5C2C0A";
            case '4' -> "8 6C600888";
            case '5' -> "8 70100534547587897B5C2C0A";
            case '6' -> "8 7150301205091B3C5C7B89887655351608";
            case '7' -> "8 00803C";
            case '8' -> "8 305071745535141130 3555878A6C2C0A0735";
            default -> "8 1B3C5C7A87837150301103041637577684";
        };
    }

    private static String sign(char letter) {
        return switch (letter) {
            case ' ' -> "4 ";
            case '.' -> "0 0C0C";
            case ',' -> "1 1B1C0E";
            case ':' -> "0 0505 0C0C";
            case ';' -> "1 1515 1B1C0E";
            case '-' -> "6 0767";
            case '_' -> "8 0D8D";
            case '+' -> "8 0787 434B";
            case '=' -> "8 0585 0989";
            case '%' -> "A A00C 10304234140210 7898AA9C7C6A78";
            case '/' -> "8 800C";
            case '\\' -> "8 008C";
            case '(' -> "3 301306193C";
            case ')' -> "3 002336290C";
            case '[' -> "3 30000C3C";
            case ']' -> "3 00303C0C";
            case '{' -> "4 40212506272B4C";
            case '}' -> "4 00212546272B0C";
            case '<' -> "7 73077B";
            case '>' -> "7 03770B";
            case '#' -> "8 402C 806C 0484 0888";
            case '!' -> "0 0008 0C0C";
            case '?' -> "8 031130507183754748 4C4C";
            case '\'' -> "0 0003";
            case '"' -> "3 0003 3033";
            case '*' -> "8 414B 0389 8309";
            case '&' -> "8 8C1311305153080A2C5C87";
            case '@' -> "A 74799AA8A4803004093C8C 765445485A79";
            case '$' -> "8 82602002042567888A6C2C0A 4E4C 4042";
            case '|' -> "0 000E";
            case '^' -> "6 033063";
            case '~' -> "7 07255775";
            case '`' -> "2 0022";
            default -> BOX;
        };
    }
}
