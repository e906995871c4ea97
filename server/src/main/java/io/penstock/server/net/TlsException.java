package io.penstock.server.net;

/** A certificate or key that cannot be used; the message is a sentence that holds no secret. */
public final class TlsException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Which of the two files is to blame. */
    public enum Part {
        CERTIFICATE,
        KEY
    }

    private final Part part;

    TlsException(Part part, String message) {
        super(message);
        this.part = part;
    }

    TlsException(Part part, String message, Throwable cause) {
        super(message, cause);
        this.part = part;
    }

    public Part part() {
        return part;
    }
}
