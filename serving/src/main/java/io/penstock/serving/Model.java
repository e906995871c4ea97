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

    /** Whether it is in memory now; one that is not is loaded by the next request. */
    default boolean isLoaded() {
        return true;
    }

    /** What it takes of its device's memory while it is loaded; 0 where that is others'. */
    default long memoryBytes() {
        return 0;
    }
}
