package io.penstock.server.net;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** What a WebSocket client is sent. */
public sealed interface WebSocketMessage {
    /** One text message. */
    record Text(String text) implements WebSocketMessage {}

    /**
     * One binary message.
     *
     * @param parts sent one after the other without copying; they must not change afterwards
     */
    record Binary(List<MemorySegment> parts) implements WebSocketMessage {
        public Binary {
            parts = List.copyOf(parts);
        }
    }

    /**
     * The end of the conversation.
     *
     * @param code as RFC 6455 numbers them: 1003 for what is not understood, 1008 for what is not allowed
     * @param reason a sentence of at most 120 bytes
     */
    record Close(int code, String reason) implements WebSocketMessage {}
}
