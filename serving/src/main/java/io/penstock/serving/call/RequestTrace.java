package io.penstock.serving.call;

import java.util.Map;

/**
 * Where a traced request's phases are told.
 *
 * <p>Threads: any; a phase is told by the thread that waited for it.
 */
public interface RequestTrace {
    /** Headers for calls to other servers, as W3C's Trace Context names them: {@code traceparent}, {@code tracestate}. */
    Map<String, String> headers();

    /** 32 hexadecimal digits. */
    String traceId();

    /**
     * A part of the request's time is over.
     *
     * @param fromNanos of {@link System#nanoTime}
     * @param toNanos of {@link System#nanoTime}
     * @param model whose part it was
     */
    void phase(Phase phase, long fromNanos, long toNanos, String model);

    /** Parts of a request's time. */
    enum Phase {
        /** Until the last byte of the body. */
        RECEIVE,
        /** Before the model: the body is read, the steps before it are taken. */
        PREPROCESS,
        /** Until the model's batch is closed. */
        QUEUE,
        /** The batch is executed. */
        EXECUTE,
        /** After the model: steps behind it, and the answer is written. */
        POSTPROCESS,
        /** Until the network has taken the answer. */
        RESPOND
    }
}
