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

    /**
     * The request carries a message that says which trace it belongs to, such as a CloudEvent. Where the request's own
     * headers name no trace, and nothing was told of it yet, it goes on from that one; else its span is linked to it.
     *
     * @param context named as in {@link #headers}; what is malformed or empty changes nothing
     */
    void carries(Map<String, String> context);

    /**
     * Begins a part of the request that is answered for itself.
     *
     * @param name of its span, below the request's
     * @param index from 0, among the parts of this name
     */
    Part part(String name, long index);

    /** A part of a request; its phases are below its own span, which ends when it is closed. */
    interface Part extends RequestTrace, AutoCloseable {
        /** It was answered with an error. */
        void failed();

        @Override
        void close();
    }

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
