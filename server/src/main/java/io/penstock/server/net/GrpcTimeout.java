package io.penstock.server.net;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.time.Duration;

/** The header {@code grpc-timeout}: up to eight digits and a unit. */
final class GrpcTimeout {
    /** Ten years; far more would overflow a clock of nanoseconds. */
    private static final long MAX_HOURS = 87_600;

    private GrpcTimeout() {}

    static Duration parse(String text) {
        int digits = text.length() - 1;
        if (digits < 1 || digits > 8 || !text.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9')) {
            throw wrong(text);
        }
        long value = Long.parseLong(text.substring(0, digits));
        return switch (text.charAt(digits)) {
            case 'H' -> Duration.ofHours(Math.min(value, MAX_HOURS));
            case 'M' -> Duration.ofMinutes(Math.min(value, 60 * MAX_HOURS));
            case 'S' -> Duration.ofSeconds(value);
            case 'm' -> Duration.ofMillis(value);
            case 'u' -> Duration.ofNanos(1_000 * value);
            case 'n' -> Duration.ofNanos(value);
            default -> throw wrong(text);
        };
    }

    private static ServingException wrong(String text) {
        return new ServingException(
                ErrorCode.INVALID_REQUEST, "grpc-timeout must be up to 8 digits and one of H M S m u n: " + text);
    }
}
