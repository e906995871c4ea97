package io.penstock.app.client;

/**
 * A connection, or a caller inside the process, with at most one request under way; it sends the same request over and
 * over.
 */
public interface Lane extends AutoCloseable {
    /** Told what became of a request; called once for each, on whatever thread learnt it. */
    @FunctionalInterface
    interface Completion {
        void completed(Outcome outcome);
    }

    /**
     * Sends the request and returns at once. A lane whose connection broke opens it again. Only to be called once the
     * request before was completed; the completion itself may call it.
     */
    void send(Completion completion);

    @Override
    void close();
}
