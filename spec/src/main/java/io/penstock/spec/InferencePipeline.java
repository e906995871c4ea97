package io.penstock.spec;

import java.util.List;
import java.util.Optional;

/** One pipeline as its author wrote it, defaults filled in. Equal documents give equal values. */
@Field("A pipeline: where input comes from, what runs, and where results go.")
public record InferencePipeline(
        @Field("How the pipeline is called.") Metadata metadata,
        @Field("What the pipeline does.") Spec spec) {
    public static final String API_VERSION = "penstock.io/v1alpha1";
    public static final String KIND = "InferencePipeline";

    /** How the pipeline is called. */
    public record Metadata(
            @Field(
                    value = "Name of the pipeline: a DNS label of at most 40 characters.",
                    pattern = "[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")
            String name) {}

    /** What the pipeline does. */
    public record Spec(
            @Field(
                    value = "Where input comes from besides calls; every pipeline can also be called.",
                    byDefault = "http: {}")
            SourceSpec source,

            @Field(
                    value = "Steps before the model; absent, what the recognised family of the model asks for.",
                    max = 32)
            Optional<List<StepSpec>> preprocess,

            @Field("The model.") ModelSpec model,

            @Field(value = "Steps after the model; absent, what the recognised family of the model gives.", max = 32)
            Optional<List<StepSpec>> postprocess,

            @Field(value = "Where results go besides their callers and viewers.", byDefault = "[]", max = 16)
            List<SinkSpec> sinks) {
        public Spec {
            sinks = List.copyOf(sinks);
            long stores =
                    sinks.stream().filter(SinkSpec.Store.class::isInstance).count();
            if (stores > 1) {
                throw new IllegalArgumentException("sinks may have at most 1 store: " + stores);
            }
        }
    }

    public String name() {
        return metadata.name();
    }

    public ModelSpec model() {
        return spec.model();
    }
}
