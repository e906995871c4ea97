package io.penstock.spec;

import java.time.Duration;
import java.util.List;
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

        @Field("How long it stays in memory after its last request: 5m, never (it is unloaded at once), or always"
                + " (it never gives way). Absent, until another model needs its memory.")
        Optional<KeepAliveTime> keepAlive,

        @Field(value = "What it takes in memory while it is loaded; absent, one and a half times its file.", min = 1)
        Optional<ByteSize> memory,

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
            OptionalInt queueCapacity,

            @Field(
                    value = "Items at which a batch closes before it is full, without waiting for more.",
                    byDefault = "[]",
                    max = 64)
            List<Integer> preferredSizes,

            @Field("What a request may wait for its turn; absent, as long as its deadline allows.")
            Optional<Duration> timeout) {
        public Batching {
            preferredSizes = List.copyOf(preferredSizes);
            for (int size : preferredSizes) {
                if (size < 1 || size > maxBatchSize) {
                    throw new IllegalArgumentException(
                            "preferredSizes must be from 1 to maxBatchSize, " + maxBatchSize + ": " + size);
                }
            }
            if (timeout.isPresent() && timeout.get().isZero()) {
                throw new IllegalArgumentException("timeout must be longer than 0s; leave it out for no limit");
            }
            if (queueCapacity.orElse(maxBatchSize) < maxBatchSize) {
                throw new IllegalArgumentException("queueCapacity must be at least maxBatchSize, " + maxBatchSize + ": "
                        + queueCapacity.getAsInt());
            }
        }
    }
}
