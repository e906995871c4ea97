package io.penstock.conformance;

import java.util.List;

/**
 * One thing that a server of the protocol does.
 *
 * @param id group, number and name, such as {@code A4.unknown-model}
 * @param expected one sentence: what is expected
 * @param extensions any of which the server must list for this check to run; empty for what all servers have
 */
record Check(String id, Level level, String expected, List<String> extensions, Probe probe) {
    /** How binding a check is. */
    enum Level {
        /** The protocol's text demands it, or no client could rely on the server otherwise. */
        MUST,
        /** The text is silent, and good servers do it. */
        SHOULD,
        /** Triton's extensions, for servers that say they have them. */
        EXTENSION
    }

    /** Asks the server; ends without a value where it did what is expected. */
    @FunctionalInterface
    interface Probe {
        /**
         * @throws Mismatch if the server did something else
         * @throws Inapplicable if that cannot be told here
         */
        void run(Subject subject) throws Exception;
    }

    static Check must(String id, String expected, Probe probe) {
        return new Check(id, Level.MUST, expected, List.of(), probe);
    }

    static Check should(String id, String expected, Probe probe) {
        return new Check(id, Level.SHOULD, expected, List.of(), probe);
    }

    static Check extension(String id, String extension, String expected, Probe probe) {
        return new Check(id, Level.EXTENSION, expected, List.of(extension), probe);
    }
}
