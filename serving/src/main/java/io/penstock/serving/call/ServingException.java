package io.penstock.serving.call;

/** A failed call, with the reason its caller may act on; the message is a sentence fit to be sent to that caller. */
public final class ServingException extends RuntimeException {
    private final ErrorCode code;

    public ServingException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    public ServingException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }

    /** The sentence for the caller; never null, unlike {@link #getMessage}. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
