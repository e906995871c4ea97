package io.penstock.pipeline;

/** Says why a sink cannot write, in a sentence for who runs it. */
public final class SinkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /** Who can act, and when. */
    public enum Reason {
        /** It may work later: a full disk, a folder that cannot be written. */
        UNAVAILABLE,
        /** It will not work until someone acts: a damaged file, another process that holds it. */
        REFUSED
    }

    public SinkException(Reason reason, String sentence, Throwable cause) {
        super(sentence, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
