package io.penstock.spec;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kinds of documents there are. */
enum Kind {
    INFERENCE_PIPELINE("InferencePipeline", InferencePipeline.class),
    SERVER("Server", ServerDocument.class);

    private final String written;
    private final Class<? extends Record> type;

    Kind(String written, Class<? extends Record> type) {
        this.written = written;
        this.type = type;
    }

    /** As a document's {@code kind} names it. */
    String written() {
        return written;
    }

    SpecShape.Mapping shape() {
        return SpecShape.of(type);
    }

    static Optional<Kind> find(String written) {
        return Arrays.stream(values())
                .filter(kind -> kind.written.equals(written))
                .findFirst();
    }

    static List<String> all() {
        return Arrays.stream(values()).map(Kind::written).toList();
    }

    /** For messages. */
    static String names() {
        return String.join(" or ", all());
    }
}
