package io.penstock.pipeline;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ServingException;
import java.util.List;

/** The stored results of one pipeline. Any number of threads may read at once. */
public interface ResultStore {
    /**
     * The newest results that the query asks for, newest first.
     *
     * @throws ServingException if the query names a result that is not stored, or the store cannot be read in time
     */
    List<StoredResult> newest(ResultQuery query, Deadline deadline) throws InterruptedException;
}
