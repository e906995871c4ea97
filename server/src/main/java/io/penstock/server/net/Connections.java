package io.penstock.server.net;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The open connections of a port.
 *
 * <p>Threads: any.
 */
final class Connections {
    private final int max;
    private final AtomicInteger sockets = new AtomicInteger();
    private final AtomicInteger webSockets = new AtomicInteger();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    /** A connection whose protocol is known. Both calls come from any thread. */
    interface Connection {
        /** Tells the client to send nothing new; what is under way is finished. */
        void drain();

        /** Closes the connection if nothing is under way. */
        void closeIfIdle();
    }

    Connections(int max) {
        this.max = max;
    }

    /** Counts a new socket; false if there are too many. Each call is followed by one of {@link #socketClosed}. */
    boolean socketOpened() {
        return sockets.incrementAndGet() <= max;
    }

    void socketClosed() {
        sockets.decrementAndGet();
    }

    /** Counts a new WebSocket; false, and nothing is counted, if {@code max} are open. */
    boolean webSocketOpened(int max) {
        return webSockets.getAndUpdate(count -> count < max ? count + 1 : count) < max;
    }

    void webSocketClosed() {
        webSockets.decrementAndGet();
    }

    int max() {
        return max;
    }

    void add(Connection connection) {
        open.add(connection);
        if (draining) {
            connection.drain();
        }
    }

    void remove(Connection connection) {
        open.remove(connection);
    }

    boolean isDraining() {
        return draining;
    }

    /** From now on each answer says that its connection ends. */
    void beginDraining() {
        draining = true;
    }

    /** Tells every open connection; later ones are told as they come. */
    void drain() {
        open.forEach(Connection::drain);
    }

    void closeIdle() {
        open.forEach(Connection::closeIfIdle);
    }

    boolean isEmpty() {
        return open.isEmpty();
    }
}
