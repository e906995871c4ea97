package io.penstock.server.net;

/**
 * A path at which a connection becomes a WebSocket.
 *
 * @param path as it is asked for
 * @param maxClients connected at once; further ones are refused with 503
 */
public record WebSocketEndpoint(String path, int maxClients, Clients clients) {
    public WebSocketEndpoint {
        if (maxClients < 1) {
            throw new IllegalArgumentException("maxClients must be at least 1: " + maxClients);
        }
    }

    /** Makes the server's end of a new conversation. */
    @FunctionalInterface
    public interface Clients {
        /** @param wake to be run, from any thread, when {@link WebSocketClient#next} has something again */
        WebSocketClient connected(Runnable wake);
    }
}
