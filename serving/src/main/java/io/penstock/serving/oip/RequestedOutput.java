package io.penstock.serving.oip;

import java.util.Optional;

/**
 * An output that a request names.
 *
 * @param binary whether it comes in binary
 * @param topClasses how many classes are wanted in the place of the tensor; 0 for the tensor itself
 * @param span where in shared memory it goes, if it does
 */
public record RequestedOutput(String name, boolean binary, int topClasses, Optional<RegionSpan> span) {
    public RequestedOutput {
        if (topClasses < 0) {
            throw Refusal.invalid("classification must be 0 or more: " + topClasses);
        }
        if (topClasses > 0 && span.isPresent()) {
            throw Refusal.invalid("output '" + Refusal.shown(name)
                    + "' is asked for as classification, which does not go to shared memory");
        }
    }

    /** Whether it is sent from where it lies. */
    public boolean isRaw() {
        return binary && topClasses == 0;
    }

    /** The tensor itself, in the message. */
    public RequestedOutput(String name, boolean binary) {
        this(name, binary, 0, Optional.empty());
    }
}
