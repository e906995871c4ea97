package io.penstock.serving.call;

import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * The request that a thread works for, wherever in the program it is: logs name it, and calls to other servers carry it.
 * It goes along with the thread that handles the request, and with no other.
 *
 * @param id the caller's {@code x-request-id} or one of ours
 * @param trace absent where the request is not traced
 */
public record RequestScope(String id, Optional<RequestTrace> trace) {
    /** Under this name an id travels. */
    public static final String HEADER = "x-request-id";

    private static final ScopedValue<RequestScope> CURRENT = ScopedValue.newInstance();

    /** That of this thread. */
    public static Optional<RequestScope> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /** Tells a phase of this thread's request, if it is traced. */
    public static void phase(RequestTrace.Phase phase, long fromNanos, long toNanos, String model) {
        if (CURRENT.isBound() && CURRENT.get().trace.isPresent()) {
            CURRENT.get().trace.get().phase(phase, fromNanos, toNanos, model);
        }
    }

    /** Runs {@code work} for a request. */
    public static void within(RequestScope request, Runnable work) {
        ScopedValue.where(CURRENT, request).run(work);
    }

    /** Runs {@code work} for this request. */
    public <R> R call(Callable<R> work) throws Exception {
        return ScopedValue.where(CURRENT, this).call(work::call);
    }
}
