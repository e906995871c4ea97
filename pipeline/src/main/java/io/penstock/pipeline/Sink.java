package io.penstock.pipeline;

import io.penstock.pipeline.frame.Picture;

/** Where results go. Writing the same result twice must leave what writing it once leaves. */
public interface Sink extends AutoCloseable {
    /**
     * Takes one result. Results of one stream come in the order of their frames, one at a time; those of requests have
     * no origin and come from any thread.
     *
     * @param picture the source picture; whoever keeps it longer than the call retains it
     */
    void write(Result result, Picture picture) throws InterruptedException;

    @Override
    void close();
}
