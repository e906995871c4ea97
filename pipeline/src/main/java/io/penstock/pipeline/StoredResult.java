package io.penstock.pipeline;

import java.time.Instant;
import java.util.Optional;

/**
 * One result as it was stored.
 *
 * @param stream absent for a request's
 * @param createdAt when the picture arrived; for a second of a live stream, when it began
 * @param json the result, as it was written
 */
public record StoredResult(
        String requestId, String pipeline, Optional<String> stream, Instant createdAt, String json) {}
