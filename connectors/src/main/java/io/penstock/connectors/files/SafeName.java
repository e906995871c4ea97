package io.penstock.connectors.files;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Turns ids into names of files that stay in their folder, whatever a caller sends as its id. */
final class SafeName {
    private static final int LONGEST = 120;
    private static final String PLAIN = "-_.";

    private SafeName() {}

    /**
     * Letters, digits, {@code -}, {@code _} and inner dots as they are, every other byte as {@code %XX}; what would be
     * longer than 120 characters is cut and ends with a hash of the whole. Different ids give different names.
     */
    static String of(String id) {
        StringBuilder out = new StringBuilder();
        for (byte b : id.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0);
            if (plain && !(c == '.' && out.isEmpty())) {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        if (out.length() <= LONGEST) {
            return out.isEmpty() ? "%" : out.toString();
        }
        return out.substring(0, LONGEST - 34) + "%-" + hash(id);
    }

    private static String hash(String id) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
