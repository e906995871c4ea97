package io.penstock.server.net;

import io.penstock.serving.tensor.TensorPool;
import java.util.Optional;

/**
 * What every connection of a port shares.
 *
 * @param pool holds bodies while they are read and handled
 */
record PortParts(
        Port.Handlers handlers,
        TensorPool pool,
        ServerLimits limits,
        HostPolicy hosts,
        InFlight inFlight,
        Connections connections) {

    RequestObserver observer() {
        return handlers.observer();
    }

    Optional<TlsCertificate> tls() {
        return handlers.tls();
    }

    Admission admission() {
        return handlers.admission();
    }

    HttpHandler http() {
        return handlers.http();
    }

    GrpcHandler grpc() {
        return handlers.grpc();
    }

    WebSocketEndpoint webSocket() {
        return handlers.webSocket();
    }
}
