package io.penstock.server.net;

import io.penstock.serving.tensor.TensorPool;

/**
 * What every connection of a port shares.
 *
 * @param pool holds bodies while they are read and handled
 */
record PortParts(
        HttpHandler http,
        GrpcHandler grpc,
        TensorPool pool,
        ServerLimits limits,
        HostPolicy hosts,
        InFlight inFlight,
        Connections connections) {}
