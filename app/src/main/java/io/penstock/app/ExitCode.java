package io.penstock.app;

/** What the program ends with. */
enum ExitCode {
    /** Done; a clean drain included. */
    DONE(0),
    /** Failed while running; a port in use included. */
    FAILED(1),
    /** Wrong usage. */
    USAGE(2),
    /** The document or the model was refused. */
    REFUSED(3),
    /** A model, server or cluster could not be reached. */
    UNREACHABLE(4),
    /** Interrupted twice. */
    INTERRUPTED(130);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
