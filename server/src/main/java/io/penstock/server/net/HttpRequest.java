package io.penstock.server.net;

import io.penstock.serving.call.Deadline;

/**
 * One HTTP request, its body fully read.
 *
 * @param id the caller's {@code x-request-id} or one of ours
 * @param path as it was sent, percent-encoded, without the query
 * @param query as it was sent, percent-encoded, without the question mark; empty where there is none
 * @param caller who sent it
 * @param deadline by when the answer must be there
 */
public record HttpRequest(
        String id,
        String method,
        String path,
        String query,
        RequestHeaders headers,
        RequestBody body,
        Caller caller,
        Deadline deadline) {
    /** This request with another body, whose lease stays the caller's. */
    HttpRequest withBody(RequestBody other) {
        return new HttpRequest(id, method, path, query, headers, other, caller, deadline);
    }
}
