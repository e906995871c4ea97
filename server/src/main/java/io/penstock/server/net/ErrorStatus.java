package io.penstock.server.net;

import io.penstock.serving.call.ErrorCode;
import java.util.Locale;

/** What each failure is called on the wire: the one place where codes become statuses. */
public final class ErrorStatus {
    private ErrorStatus() {}

    public static int http(ErrorCode code) {
        return switch (code) {
            case INVALID_REQUEST -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case TOO_LARGE -> 413;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case RATE_LIMITED -> 429;
            case CANCELLED -> 499;
            case UNIMPLEMENTED -> 501;
            case UPSTREAM_FAILED -> 502;
            case QUEUE_FULL, MEMORY_BUDGET, MODEL_MEMORY, STORAGE_FULL, NOT_READY, DRAINING -> 503;
            case DEADLINE_EXCEEDED -> 504;
            case INTERNAL -> 500;
        };
    }

    /** The number of a gRPC status. */
    public static int grpc(ErrorCode code) {
        return switch (code) {
            case CANCELLED -> 1;
            case INVALID_REQUEST, UNSUPPORTED_MEDIA_TYPE -> 3;
            case DEADLINE_EXCEEDED -> 4;
            case NOT_FOUND -> 5;
            case FORBIDDEN -> 7;
            case TOO_LARGE, RATE_LIMITED -> 8;
            case METHOD_NOT_ALLOWED, UNIMPLEMENTED -> 12;
            case INTERNAL -> 13;
            case QUEUE_FULL, MEMORY_BUDGET, MODEL_MEMORY, STORAGE_FULL, NOT_READY, DRAINING, UPSTREAM_FAILED -> 14;
            case UNAUTHENTICATED -> 16;
        };
    }

    /** In metrics. */
    public static String outcome(ErrorCode code) {
        return code.name().toLowerCase(Locale.ROOT);
    }
}
