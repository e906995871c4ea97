package io.penstock.spec;

/**
 * One mistake in a document.
 *
 * @param file as it was named
 * @param line counts from 1
 * @param column counts from 1
 * @param path of the field, {@code spec.model.batching.maxBatchSize}; empty where the whole document is meant
 * @param message what is wrong, the value, and what is allowed
 */
public record Violation(String file, int line, int column, String path, String message) {
    /** {@code pipeline.yaml:12:7: spec.model.instances: must be from 1 to 64: 0}. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
