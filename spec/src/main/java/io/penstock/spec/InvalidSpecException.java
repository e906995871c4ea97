package io.penstock.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A document that cannot be accepted, with every mistake in it. */
public final class InvalidSpecException extends RuntimeException {
    private final transient List<Violation> violations;

    public InvalidSpecException(List<Violation> violations) {
        super(violations.stream().map(Violation::toString).collect(Collectors.joining("\n")));
        this.violations = List.copyOf(violations);
    }

    public List<Violation> violations() {
        return violations;
    }
}
