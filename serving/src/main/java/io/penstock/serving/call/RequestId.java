package io.penstock.serving.call;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Makes ids for requests whose caller gave none. */
public final class RequestId {
    private RequestId() {}

    /** A UUID of version 7 (RFC 9562): milliseconds first, so that ids sort by time. */
    public static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = (System.currentTimeMillis() << 16) | 0x7000L | random.nextInt(1 << 12);
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
