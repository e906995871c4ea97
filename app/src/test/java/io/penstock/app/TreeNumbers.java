package io.penstock.app;

import java.util.Map;
import java.util.Objects;

/** Figures out of JSON that {@link TreeText} has read. */
final class TreeNumbers {
    private TreeNumbers() {}

    static double of(Object tree, String name) {
        return ((Number) Objects.requireNonNull(((Map<?, ?>) tree).get(name), name)).doubleValue();
    }
}
