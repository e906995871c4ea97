package io.penstock.server.net;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The id by which a request is found in logs and answers. */
final class RequestIds {
    static final String HEADER = "x-request-id";
    private static final int MAX_LENGTH = 128;

    private RequestIds() {}

    /** The caller's own if it is fit to be logged, else a new one. */
    static String of(Optional<String> given) {
        return given.filter(RequestIds::isFit).orElseGet(RequestIds::newId);
    }

    private static boolean isFit(String id) {
        return !id.isEmpty() && id.length() <= MAX_LENGTH && id.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    /** A UUID of version 7 (RFC 9562): milliseconds first, so that ids sort by time. */
    static String newId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = (System.currentTimeMillis() << 16) | 0x7000L | random.nextInt(1 << 12);
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
