package io.penstock.app;

/** What the program ends with. */
enum ExitCode {
    DONE(0, "Done; a clean drain included."),
    FAILED(1, "Failed while running; a port in use included."),
    USAGE(2, "Wrong usage."),
    REFUSED(3, "The document or the model was refused."),
    UNREACHABLE(4, "A model, server or cluster could not be reached."),
    INTERRUPTED(130, "Interrupted twice.");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** One sentence for the reference. */
    String meaning() {
        return meaning;
    }

    int number() {
        return number;
    }
}
