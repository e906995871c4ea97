package io.penstock.server.net;

import io.netty.util.concurrent.EventExecutor;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.ServingException;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One handler at work on a virtual thread, and what becomes of its answer.
 *
 * <p>Threads: started, cancelled and answered on the connection's event loop; the handler runs on its own thread. The
 * first of answer, deadline and cancel wins: an answer that comes later is released unseen.
 */
final class Invocation<R> {
    private final EventExecutor loop;
    private final RequestScope scope;
    private final InFlight inFlight;
    private final Outcome<R> outcome;
    private boolean settled;
    private @Nullable Thread worker;
    private @Nullable Future<?> deadlineCheck;

    /** Where answers go, on the event loop. */
    interface Outcome<R> {
        void answered(R answer);

        void failed(ServingException failure);

        /** The answer came too late to be sent. */
        void dropped(R answer);
    }

    /** @param scope the request that the handler works for */
    Invocation(EventExecutor loop, RequestScope scope, InFlight inFlight, Outcome<R> outcome) {
        this.loop = loop;
        this.scope = scope;
        this.inFlight = inFlight;
        this.outcome = outcome;
    }

    /** Fails the call at the deadline; may come before {@link #start}. */
    void limit(Deadline deadline) {
        unlimit();
        long nanos = Math.max(0, deadline.remainingNanos());
        deadlineCheck = loop.schedule(this::expire, nanos, TimeUnit.NANOSECONDS);
    }

    private void expire() {
        if (settle()) {
            interrupt();
            outcome.failed(new ServingException(ErrorCode.DEADLINE_EXCEEDED, "the deadline has passed"));
        }
    }

    /**
     * @param handler runs on a virtual thread
     * @param body given back when the handler is done
     */
    void start(Callable<R> handler, RequestBody body) {
        inFlight.enter();
        worker = Thread.ofVirtual().name("request-" + scope.id()).start(() -> {
            try {
                run(handler, body);
            } finally {
                inFlight.leave();
            }
        });
    }

    private void run(Callable<R> handler, RequestBody body) {
        R answer;
        try {
            answer = scope.call(handler);
        } catch (Throwable failure) { // one request ends here, whatever happened to it
            body.lease().close();
            ServingException seen = Failures.seenByCaller(failure, scope);
            post(() -> {
                if (settle()) {
                    outcome.failed(seen);
                }
            });
            return;
        }
        body.lease().close();
        boolean posted = post(() -> {
            if (settle()) {
                outcome.answered(answer);
            } else {
                outcome.dropped(answer);
            }
        });
        if (!posted) {
            outcome.dropped(answer);
        }
    }

    private boolean post(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) { // the server was closed meanwhile: there is nobody to answer
            return false;
        }
    }

    /** The client left, or asked for the call to stop. */
    void cancel() {
        if (settle()) {
            interrupt();
        }
    }

    private boolean settle() {
        if (settled) {
            return false;
        }
        settled = true;
        unlimit();
        return true;
    }

    /** Lifts the deadline: the answer has begun. */
    void unlimit() {
        if (deadlineCheck != null) {
            deadlineCheck.cancel(false);
        }
    }

    /** Wakes the handler without settling anything. */
    void interrupt() {
        if (worker != null) {
            worker.interrupt();
        }
    }

    boolean isSettled() {
        return settled;
    }
}
