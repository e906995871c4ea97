package io.penstock.serving.call;

/** Every failure a caller can see. Protocols map these; nothing else crosses a protocol boundary. */
public enum ErrorCode {
    INVALID_REQUEST(
            ErrorType.CLIENT,
            "Malformed, or does not fit the model.",
            "Mend the request as the sentence says; `GET /v2/models/{m}` tells what the model takes."),
    NOT_FOUND(
            ErrorType.CLIENT,
            "No model, version, pipeline, stream or path of this name.",
            "Take one of those that the sentence or `GET /v2/repository/index` lists."),
    METHOD_NOT_ALLOWED(
            ErrorType.CLIENT, "The path is right, the method is not.", "Use a method that the header `allow` names."),
    UNSUPPORTED_MEDIA_TYPE(
            ErrorType.CLIENT,
            "The body is of a kind that the pipeline does not take.",
            "Send JPEG, PNG, WebP or BMP, and say so in `content-type`."),
    FORBIDDEN(
            ErrorType.CLIENT,
            "A request from a `Host` or an origin that is not served here, or by a key that does not open this.",
            "Use localhost or a loopback address; a process that others shall reach needs `listen.address`."
                    + " A key opens what its `models` and `control` in `Server` say."),
    UNAUTHENTICATED(
            ErrorType.CLIENT,
            "No key, or one that is not known here.",
            "Send `authorization: Bearer KEY`, with a key whose hash stands in `auth.keys` of `Server`."),
    RATE_LIMITED(
            ErrorType.CLIENT,
            "More requests than the key's rate allows.",
            "Retry after the time in `retry-after`, or raise the key's `requestsPerSecond`."),
    TOO_LARGE(
            ErrorType.CLIENT,
            "A body, header or picture over a limit.",
            "Send less, or raise the limit of `Server` that the sentence names."),
    CANCELLED(ErrorType.CLIENT, "The caller left, or asked for the call to stop.", "Nothing: nobody is waiting."),
    UNIMPLEMENTED(
            ErrorType.CLIENT,
            "An extension of the protocol that is absent here.",
            "Do without it; the sentence names it."),
    QUEUE_FULL(
            ErrorType.RESOURCE,
            "As many requests wait as may.",
            "Retry after the time in `retry-after`; raise `batching.queueCapacity` or the model's `instances`."),
    MEMORY_BUDGET(
            ErrorType.RESOURCE,
            "Bodies, pictures and tensors under way take all memory that they may.",
            "Retry; send fewer or smaller requests at once, or raise `limits.bytesInFlight`."),
    MODEL_MEMORY(
            ErrorType.RESOURCE,
            "There is no room for the model beside those that are in use.",
            "Retry once others are idle; raise `devices.*.memory` of `Server`, or lower a model's `keepAlive`."),
    STORAGE_FULL(
            ErrorType.RESOURCE,
            "The disk, or the part of it that is ours, has no room.",
            "Free space in the folder that the sentence names, or lower `cache.bytes` and retentions."),
    NOT_READY(
            ErrorType.RESOURCE,
            "Models are loading, or a stream has no frame yet.",
            "Retry; `/readyz` says what is missing."),
    DRAINING(ErrorType.RESOURCE, "The process is stopping.", "Retry elsewhere, or once it has started again."),
    DEADLINE_EXCEEDED(
            ErrorType.RESOURCE,
            "The request's time was over before it was answered.",
            "Send less at once, or allow more: `limits.requestDeadline`, and the caller's own deadline."),
    UPSTREAM_FAILED(
            ErrorType.UPSTREAM,
            "Another server failed, or could not be reached.",
            "Look at the server that the sentence names."),
    INTERNAL(
            ErrorType.INTERNAL,
            "A fault of ours.",
            "Look for the request's `x-request-id` in the log, and report what stands there.");

    private final ErrorType type;
    private final String meaning;
    private final String advice;

    ErrorCode(ErrorType type, String meaning, String advice) {
        this.type = type;
        this.meaning = meaning;
        this.advice = advice;
    }

    public ErrorType type() {
        return type;
    }

    /** One sentence for the reference. */
    public String meaning() {
        return meaning;
    }

    /** One sentence for the reference: what the caller, or who runs the server, can do. */
    public String advice() {
        return advice;
    }
}
