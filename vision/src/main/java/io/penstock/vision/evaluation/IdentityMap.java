package io.penstock.vision.evaluation;

import java.util.HashMap;
import java.util.Map;

/** Numbers identities from 0 on, in the order in which they come. */
final class IdentityMap {
    private final Map<Long, Integer> numbers = new HashMap<>();

    int number(long identity) {
        return numbers.computeIfAbsent(identity, _ -> numbers.size());
    }

    int size() {
        return numbers.size();
    }
}
