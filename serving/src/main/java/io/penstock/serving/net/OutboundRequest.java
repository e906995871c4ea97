package io.penstock.serving.net;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * One fetch.
 *
 * @param address {@code http} or {@code https}, as the user or their document named it
 * @param headers sent to every host that the fetch is led to: nothing secret
 * @param authorization value of that header, sent to the address's own origin and to no other
 * @param attempts how often it is tried where the other side is busy or the connection fails
 */
public record OutboundRequest(URI address, Map<String, String> headers, Optional<String> authorization, int attempts) {
    public static final int USUAL_ATTEMPTS = 4;

    public OutboundRequest {
        headers = Map.copyOf(headers);
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1: " + attempts);
        }
    }
}
