package io.penstock.serving.backend;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.List;

/** Loads models of the formats it knows. */
public interface Backend {
    /**
     * Loads a model into memory.
     *
     * @param instances how many copies may execute at once
     * @return that many; the caller closes each
     * @throws ServingException with {@link ErrorCode#INVALID_REQUEST} if the file is no model it can run
     */
    List<TensorInstance> load(ModelArtifact artifact, int instances);
}
