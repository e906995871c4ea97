package io.penstock.connectors.sqlite;

import io.penstock.pipeline.SinkCounters;
import io.penstock.pipeline.SinkWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * One row of {@code inference_results} on its way there.
 *
 * @param createdAtMicros microseconds since 1970
 * @param bytes what it takes in the file, about
 */
record Row(
        String requestId,
        String pipeline,
        Optional<String> stream,
        long createdAtMicros,
        String json,
        long bytes,
        boolean isOfRequest,
        SinkCounters counters)
        implements SinkWriter.Item {
    /** As {@link #sizeOf} computes it, in SQL: the id stands in the row and in its key, the pipeline in three indices. */
    static final String SIZE =
            "(octet_length(result) + 2 * octet_length(request_id) + 4 * octet_length(pipeline) + 64)";

    static Row of(
            String requestId, String pipeline, Optional<String> stream, Instant createdAt, String json, Origin origin) {
        return new Row(
                requestId,
                pipeline,
                stream,
                micros(createdAt),
                json,
                sizeOf(json) + 2 * sizeOf(requestId) + 4 * sizeOf(pipeline) + 64,
                origin.isRequest(),
                origin.counters());
    }

    /** Where a row comes from: a request or a live stream, and whose counters it moves. */
    record Origin(boolean isRequest, SinkCounters counters) {}

    static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static long sizeOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
