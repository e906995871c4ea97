package io.penstock.serving.call;

/** Every failure a caller can see. Protocols map these; nothing else crosses a protocol boundary. */
public enum ErrorCode {
    /** Malformed, or does not fit the model. */
    INVALID_REQUEST(ErrorType.CLIENT),
    NOT_FOUND(ErrorType.CLIENT),
    METHOD_NOT_ALLOWED(ErrorType.CLIENT),
    UNSUPPORTED_MEDIA_TYPE(ErrorType.CLIENT),
    /** A request from a {@code Host} that is not served here. */
    FORBIDDEN(ErrorType.CLIENT),
    TOO_LARGE(ErrorType.CLIENT),
    /** The caller left, or asked for the call to stop. */
    CANCELLED(ErrorType.CLIENT),
    /** An extension that is absent. */
    UNIMPLEMENTED(ErrorType.CLIENT),
    QUEUE_FULL(ErrorType.RESOURCE),
    MEMORY_BUDGET(ErrorType.RESOURCE),
    /** The disk, or the part of it that is ours, has no room. */
    STORAGE_FULL(ErrorType.RESOURCE),
    NOT_READY(ErrorType.RESOURCE),
    DRAINING(ErrorType.RESOURCE),
    DEADLINE_EXCEEDED(ErrorType.RESOURCE),
    /** Another server failed, or could not be reached. */
    UPSTREAM_FAILED(ErrorType.UPSTREAM),
    INTERNAL(ErrorType.INTERNAL);

    private final ErrorType type;

    ErrorCode(ErrorType type) {
        this.type = type;
    }

    public ErrorType type() {
        return type;
    }
}
