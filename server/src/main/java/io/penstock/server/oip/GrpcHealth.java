package io.penstock.server.oip;

import io.penstock.protocol.health.HealthCheckRequest;
import io.penstock.protocol.health.HealthCheckResponse;
import io.penstock.protocol.health.HealthCheckResponse.ServingStatus;
import io.penstock.server.net.GrpcHandler.GrpcStream;
import io.penstock.server.net.RequestBody;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** {@code grpc.health.v1.Health}: the server as a whole, and its inference service, by name. */
final class GrpcHealth {
    static final String NAME = "grpc.health.v1.Health";

    /** How soon a watcher hears of a change. */
    private static final Duration PACE = Duration.ofMillis(200);

    private final Set<String> services;
    private final BooleanSupplier ready;

    GrpcHealth(Set<String> services, BooleanSupplier ready) {
        this.services = services;
        this.ready = ready;
    }

    private ServingStatus status(String service) {
        if (!service.isEmpty() && !services.contains(service)) {
            return ServingStatus.SERVICE_UNKNOWN;
        }
        return ready.getAsBoolean() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    }

    HealthCheckResponse check(HealthCheckRequest request) {
        ServingStatus status = status(request.getService());
        if (status == ServingStatus.SERVICE_UNKNOWN) {
            throw new ServingException(ErrorCode.NOT_FOUND, "there is no service " + request.getService());
        }
        return answer(status);
    }

    private static HealthCheckResponse answer(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }

    /** Tells the status, and each change of it, until the client leaves or the server stops. */
    void watch(GrpcStream stream) throws InterruptedException {
        Optional<RequestBody> asked = stream.receive();
        if (asked.isEmpty()) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "the call has no message");
        }
        String service;
        try {
            service = GrpcMethod.parsed(stream.path(), asked.get(), HealthCheckRequest.parser())
                    .getService();
        } finally {
            asked.get().lease().close();
        }
        ServingStatus told = ServingStatus.UNKNOWN;
        boolean draining = false;
        while (true) {
            ServingStatus now = draining ? ServingStatus.NOT_SERVING : status(service);
            if (now != told) {
                told = now;
                stream.send(GrpcMethod.reply(answer(now)));
            }
            if (draining) {
                return;
            }
            draining = stream.awaitDraining(PACE);
        }
    }
}
