package io.penstock.pipeline;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ServingException;
import java.util.List;
import java.util.Optional;

/** A running pipeline as its callers see it. Any number of threads may call it at once. */
public interface Pipeline {
    String name();

    /** Name of the model it runs. */
    String modelName();

    /** Media types that {@link #infer} takes, the first being the one to show in an example. */
    List<String> mediaTypes();

    /**
     * Takes one payload through the pipeline and waits for the result, at most until the deadline.
     *
     * @param requestId becomes the result's id
     * @throws ServingException with the reason
     */
    Answer infer(String requestId, Payload payload, Deadline deadline) throws InterruptedException;

    /** Its live streams; empty where its source is not a camera. */
    List<LiveStream> streams();

    default Optional<LiveStream> findStream(String name) {
        return streams().stream().filter(stream -> stream.name().equals(name)).findFirst();
    }

    /** What became of the results in each of its sinks. */
    default List<SinkCounters> sinks() {
        return List.of();
    }

    /** Where its stored results are read; empty where it has no store. */
    default Optional<ResultStore> store() {
        return Optional.empty();
    }
}
