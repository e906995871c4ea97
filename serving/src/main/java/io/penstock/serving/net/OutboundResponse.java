package io.penstock.serving.net;

import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The head of an answer, and its body as it comes. Reading the body fails where the connection ends early or nothing
 * comes for too long; an interrupt ends it with {@link java.io.InterruptedIOException}.
 *
 * @param status of the last answer, after redirects
 * @param body the caller closes it; closing early cuts the connection
 */
public record OutboundResponse(int status, HttpHeaders headers, InputStream body) {
    public Optional<String> findHeader(String name) {
        return headers.firstValue(name);
    }

    /** Bytes that the body has on the wire, where the other side says so. */
    public OptionalLong contentLength() {
        return headers.firstValueAsLong("content-length");
    }
}
