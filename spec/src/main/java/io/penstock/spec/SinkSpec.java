package io.penstock.spec;

import java.time.Duration;

/** Where a pipeline's results go besides their callers and viewers. */
public sealed interface SinkSpec {
    /** A database that results can be read from again. */
    @Field("A database that results can be read from again, at GET /pipelines/{name}/results.")
    sealed interface Store extends SinkSpec {
        /** The embedded database. */
        @Field("The embedded database, one file in the program's state folder.")
        record Sqlite(
                @Field(value = "How long and how much is kept.", byDefault = "{}")
                Retention retention,

                @Field(
                        value =
                                "Stores every frame of live streams; otherwise one row a second with what was seen in it.",
                        byDefault = "false")
                boolean everyFrame)
                implements Store {}
    }

    /** Annotated pictures and lines of JSON in a folder. */
    @Field("Annotated pictures and lines of JSON in a folder: each request's, and one a second of each live stream.")
    record Files(
            @Field(value = "The folder; relative to the document.", pattern = ".{1,4096}")
            String directory,

            @Field(value = "Writes the picture with what was found drawn into it, as JPEG.", byDefault = "true")
            boolean annotated,

            @Field(value = "Writes the results, a line of JSON each.", byDefault = "true")
            boolean json,

            @Field(value = "How long and how much is kept.", byDefault = "{}")
            Retention retention)
            implements SinkSpec {
        public Files {
            if (!annotated && !json) {
                throw new IllegalArgumentException(
                        "files with neither annotated nor json writes nothing; set one of them to true");
            }
        }
    }

    /** How long and how much is kept; whatever is past either bound is removed, the oldest first. */
    record Retention(
            @Field(value = "What is older is removed.", byDefault = "24h")
            Duration age,

            @Field(
                    value = "Where a pipeline's results take more, the oldest are removed.",
                    byDefault = "1Gi",
                    min = 1048576)
            ByteSize bytes) {
        private static final Duration SHORTEST = Duration.ofSeconds(1);

        public Retention {
            if (age.compareTo(SHORTEST) < 0) {
                throw new IllegalArgumentException("age must be at least 1s: " + age.toNanos() / 1_000_000 + "ms");
            }
        }
    }
}
