package io.penstock.pipeline;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The pipelines that other pipelines can call, by name. A call finds whoever has the name at that moment, so that an edited
 * pipeline takes over from the one before it.
 *
 * <p>Threads: any.
 */
public final class RunningPipelines {
    private final ConcurrentMap<String, StepPipeline> byName = new ConcurrentHashMap<>();

    /** Lets a pipeline answer to its name, in the place of whoever did before. */
    public void put(StepPipeline pipeline) {
        byName.put(pipeline.name(), pipeline);
    }

    /** Takes the name away from a pipeline; from nobody, if another has it by now. */
    public void remove(StepPipeline pipeline) {
        byName.remove(pipeline.name(), pipeline);
    }

    /** @throws ServingException with {@link ErrorCode#NOT_READY} while no pipeline of this name runs */
    StepPipeline require(String name) {
        StepPipeline found = byName.get(name);
        if (found == null) {
            throw new ServingException(
                    ErrorCode.NOT_READY,
                    "pipeline " + name + ", which another calls, does not run, or has no steps that take pictures");
        }
        return found;
    }
}
