package io.penstock.server.page;

import java.util.Locale;
import java.util.Optional;

/** One stream that a viewer wants to see, and how large. */
record Subscription(String pipeline, String stream, View view) {
    /** How large, and how often. */
    enum View {
        /** As the source delivered it, as often as a screen shows. */
        FULL,
        /** 320 pixels wide, at most five a second. */
        TILE;

        static Optional<View> of(String word) {
            return switch (word) {
                case "full" -> Optional.of(FULL);
                case "tile" -> Optional.of(TILE);
                default -> Optional.empty();
            };
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
