package io.penstock.conformance;

/** A server that did something else than a check expects; the message says what came. */
final class Mismatch extends RuntimeException {
    private static final int LONGEST = 300;

    Mismatch(String whatCame) {
        super(whatCame);
    }

    static void unless(boolean held, String whatCame) {
        if (!held) {
            throw new Mismatch(whatCame);
        }
    }

    /** One line of at most 300 characters. */
    static String shown(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
