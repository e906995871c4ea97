package io.penstock.pipeline.frame;

/** A picture that cannot be decoded; the message is a sentence fit for whoever sent it. */
public final class PictureException extends RuntimeException {
    private final Reason reason;

    /** What is wrong with it. */
    public enum Reason {
        /** Not a format that is read here. */
        UNKNOWN_FORMAT,
        /** Truncated or damaged. */
        DAMAGED,
        /** More pixels than the limit. */
        TOO_LARGE
    }

    public PictureException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
