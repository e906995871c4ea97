package io.penstock.serving;

/** A model ready to answer. */
public sealed interface Model permits TensorModel {
    /** As callers address it. */
    String name();

    /** Its only version where it has no others: {@code 1}. */
    default String version() {
        return "1";
    }

    ModelStatistics statistics();
}
