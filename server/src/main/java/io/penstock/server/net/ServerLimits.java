package io.penstock.server.net;

import java.time.Duration;

/**
 * What one client may cost. Each refusal names its limit.
 *
 * @param maxBodyBytes of a request body or gRPC message
 * @param maxHeaderBytes of a request line and its headers
 * @param maxConnections open at once; further ones are told so and closed
 * @param idleTimeout how long a connection may stay without a complete request head
 * @param slowestBody a body that comes slower is cut
 * @param requestDeadline from the end of the body to the answer, unless the caller wants it sooner
 * @param writeDeadline how long a streamed piece may take to leave; for a whole answer this and a second for each
 *     64 KiB
 */
public record ServerLimits(
        long maxBodyBytes,
        int maxHeaderBytes,
        int maxConnections,
        Duration idleTimeout,
        Pace slowestBody,
        Duration requestDeadline,
        Duration writeDeadline) {
    public static final ServerLimits DEFAULTS = new ServerLimits(
            64L << 20,
            16 << 10,
            10_000,
            Duration.ofSeconds(60),
            new Pace(10 << 10, Duration.ofSeconds(10)),
            Duration.ofSeconds(30),
            Duration.ofSeconds(20));

    public ServerLimits {
        if (maxBodyBytes < 1 || maxBodyBytes > Integer.MAX_VALUE - 1024) {
            throw new IllegalArgumentException("maxBodyBytes must be 1 to 2147482623: " + maxBodyBytes);
        }
        if (maxHeaderBytes < 256 || maxConnections < 1) {
            throw new IllegalArgumentException("maxHeaderBytes must be at least 256 and maxConnections at least 1: "
                    + maxHeaderBytes + ", " + maxConnections);
        }
    }

    /** At least so many bytes in each window of time. */
    public record Pace(long bytes, Duration window) {}
}
