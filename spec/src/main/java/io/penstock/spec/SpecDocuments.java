package io.penstock.spec;

import java.util.List;
import java.util.Optional;

/**
 * What a file of documents holds.
 *
 * @param server what the process is told, where the file says so
 */
public record SpecDocuments(List<InferencePipeline> pipelines, Optional<ServerSpec> server) {
    public SpecDocuments {
        pipelines = List.copyOf(pipelines);
    }
}
