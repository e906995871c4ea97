package io.penstock.server.net;

import java.time.Duration;
import java.util.stream.LongStream;

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
 *     piece of {@link Protocols#slowestAnswer}
 * @param protocols what single protocols allow
 */
public record ServerLimits(
        long maxBodyBytes,
        int maxHeaderBytes,
        int maxConnections,
        Duration idleTimeout,
        Pace slowestBody,
        Duration requestDeadline,
        Duration writeDeadline,
        Protocols protocols) {
    public static final ServerLimits DEFAULTS = new ServerLimits(
            64L << 20,
            16 << 10,
            10_000,
            Duration.ofSeconds(60),
            new Pace(10 << 10, Duration.ofSeconds(10)),
            Duration.ofSeconds(30),
            Duration.ofSeconds(20));

    /** With what single protocols allow by default. */
    public ServerLimits(
            long maxBodyBytes,
            int maxHeaderBytes,
            int maxConnections,
            Duration idleTimeout,
            Pace slowestBody,
            Duration requestDeadline,
            Duration writeDeadline) {
        this(
                maxBodyBytes,
                maxHeaderBytes,
                maxConnections,
                idleTimeout,
                slowestBody,
                requestDeadline,
                writeDeadline,
                Protocols.DEFAULTS);
    }

    public ServerLimits {
        if (maxBodyBytes < 1 || maxBodyBytes > Integer.MAX_VALUE - 1024) {
            throw new IllegalArgumentException("maxBodyBytes must be 1 to 2147482623: " + maxBodyBytes);
        }
        if (maxHeaderBytes < 256 || maxConnections < 1) {
            throw new IllegalArgumentException("maxHeaderBytes must be at least 256 and maxConnections at least 1: "
                    + maxHeaderBytes + ", " + maxConnections);
        }
    }

    /** How long a whole answer of so many bytes may take to leave. */
    Duration answerDeadline(long bytes) {
        return writeDeadline.plusSeconds(bytes / protocols.slowestAnswer());
    }

    /** At least so many bytes in each window of time. */
    public record Pace(long bytes, Duration window) {}

    /**
     * What single protocols allow.
     *
     * @param handshakeTimeout from a TLS connection's first byte to its agreed keys
     * @param slowestAnswer bytes for each of which a whole answer has a second more to leave
     * @param streamsPerConnection of HTTP/2, open at once
     * @param webSocketMessageBytes of a message that a WebSocket's client sends
     * @param webSockets open at once
     * @param jsonDepth levels of nesting in a request's JSON
     * @param messagesPerStream of {@code ModelStreamInfer}, answered at once; beyond them nothing is read
     * @param sharedMemoryRegions registered at once
     * @param instancesPerRequest of V1, where the model takes one at a time
     */
    public record Protocols(
            Duration handshakeTimeout,
            long slowestAnswer,
            int streamsPerConnection,
            int webSocketMessageBytes,
            int webSockets,
            int jsonDepth,
            int messagesPerStream,
            int sharedMemoryRegions,
            int instancesPerRequest) {
        public static final Protocols DEFAULTS =
                new Protocols(Duration.ofSeconds(10), 64 << 10, 500, 16 << 10, 256, 100, 32, 1024, 256);

        public Protocols {
            long least = LongStream.of(
                            handshakeTimeout.toMillis(),
                            slowestAnswer,
                            streamsPerConnection,
                            webSocketMessageBytes,
                            webSockets,
                            jsonDepth,
                            messagesPerStream,
                            sharedMemoryRegions,
                            instancesPerRequest)
                    .min()
                    .orElseThrow();
            if (least < 1) {
                throw new IllegalArgumentException("each limit of a protocol must be at least 1: " + least);
            }
        }
    }
}
