package io.penstock.spec;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Which model, where its file lies, and what executes it. */
public record ModelSpec(
        @Field(value = "How the raw model is called; absent, the file's stem.", pattern = "[A-Za-z0-9._:/-]{1,200}")
        Optional<String> name,

        @Field(
                value = "The model's file: a path, relative to the document, or a file:, http://, https:// or"
                        + " hf:OWNER/REPO/PATH[@REVISION] address, which is fetched once and cached.",
                pattern = ".{1,4096}")
        String uri,

        @Field(value = "SHA-256 that the file must have, 64 hexadecimal digits.", pattern = "[0-9a-fA-F]{64}")
        Optional<String> sha256,

        @Field(value = "What executes it.", byDefault = "onnxruntime: {}")
        BackendSpec backend,

        @Field(value = "How requests share executions.", byDefault = "{}")
        Batching batching,

        @Field(
                value = "Copies that execute at once; absent, what suits the device: on a CPU a core each, at most 4.",
                min = 1,
                max = 64)
        OptionalInt instances,

        @Field(value = "Runs the model once before it answers.", byDefault = "true")
        boolean warmUp) {
    /** Refuses an address of no known kind where it was written, before anything starts. */
    public ModelSpec {
        ModelUri.parse(uri);
    }

    /** Bounds of a batch and of the queue before it. */
    public record Batching(
            @Field(value = "At most so many items in one execution.", byDefault = "8", min = 1, max = 4096)
            int maxBatchSize,

            @Field(value = "How long the oldest request waits for others.", byDefault = "0ms")
            Duration maxQueueDelay,

            @Field(
                    value = "Requests that may wait; one more is refused at once. Absent, the server's queuePerModel.",
                    min = 1,
                    max = 1000000)
            OptionalInt queueCapacity) {
        public Batching {
            if (queueCapacity.orElse(maxBatchSize) < maxBatchSize) {
                throw new IllegalArgumentException("queueCapacity must be at least maxBatchSize, " + maxBatchSize + ": "
                        + queueCapacity.getAsInt());
            }
        }
    }
}
