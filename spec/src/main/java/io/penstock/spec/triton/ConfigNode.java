package io.penstock.spec.triton;

import java.util.List;

/** A value of a configuration before anybody knows what it means. */
sealed interface ConfigNode {
    /** Where it stands; counts from 1. */
    int line();

    /** A number, a truth value, the name of a constant, or a text, which then is quoted. */
    record Scalar(String text, boolean isQuoted, int line) implements ConfigNode {}

    /** Fields in their order; a list is one field many times. */
    record Message(List<Field> fields, int line) implements ConfigNode {
        public Message {
            fields = List.copyOf(fields);
        }
    }

    /** One field of a message. */
    record Field(String name, ConfigNode value) {}
}
