package io.penstock.spec;

/** A document of kind Server, which has no name: there is one process. */
@Field("What belongs to the process and not to one pipeline.")
record ServerDocument(
        @Field(value = "What the process listens on, keeps and allows.", byDefault = "{}")
        ServerSpec spec) {}
