package io.penstock.server.net;

import java.util.Optional;

/**
 * The server's end of one WebSocket conversation. It is asked for what to send whenever the network takes more, so what
 * waits for a slow client is the conversation's own affair, and may be replaced until it is asked for.
 *
 * <p>Threads: all calls come from the connection's event loop, one at a time, and must not block.
 */
public interface WebSocketClient {
    /** A text message came; the answer, if there is one, waits in {@link #next}. */
    void received(String text);

    /** What is to be sent next; empty when there is nothing just now, and {@code wake} tells when there is again. */
    Optional<WebSocketMessage> next();

    /** The conversation is over, whoever ended it. Called once. */
    void closed();
}
