package io.penstock.server;

/** The server could not start; the message is a sentence for whoever started it. */
public final class ServerStartException extends RuntimeException {
    public ServerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
