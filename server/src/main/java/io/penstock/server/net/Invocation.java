package io.penstock.server.net;

import io.netty.util.concurrent.EventExecutor;
import io.penstock.serving.Begun;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.ServingException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One handler at work, and what becomes of its answer: begun on the event loop where it can be, else on a virtual thread.
 *
 * <p>Threads: begun, started, cancelled and answered on the connection's event loop; a handler that is not begun runs on
 * its own thread. The first of answer, deadline and cancel wins: an answer that comes later is released unseen.
 */
final class Invocation<R> {
    private final EventExecutor loop;
    private final LazyTimer timer;
    private final RequestScope scope;
    private final InFlight inFlight;
    private final Outcome<R> outcome;
    private boolean settled;
    private @Nullable Thread worker;
    private @Nullable Begun begun;

    /** Begins to make an answer. */
    @FunctionalInterface
    interface Beginning<R> {
        Optional<Begun> begin(Answering<R> answering);
    }

    /** Where answers go, on the event loop. */
    interface Outcome<R> {
        void answered(R answer);

        void failed(ServingException failure);

        /** The answer came too late to be sent. */
        void dropped(R answer);
    }

    /**
     * @param timer this one's from {@link #limit} until the answer
     * @param scope the request that the handler works for
     */
    Invocation(EventExecutor loop, LazyTimer timer, RequestScope scope, InFlight inFlight, Outcome<R> outcome) {
        this.loop = loop;
        this.timer = timer;
        this.scope = scope;
        this.inFlight = inFlight;
        this.outcome = outcome;
    }

    /** Fails the call at the deadline; may come before {@link #start}. */
    void limit(Deadline deadline) {
        timer.start(deadline.remainingNanos(), this::expire);
    }

    private void expire() {
        if (settle()) {
            interrupt();
            outcome.failed(new ServingException(ErrorCode.DEADLINE_EXCEEDED, "the deadline has passed"));
        }
    }

    /**
     * Lets {@code handler} begin on this thread. A request that is traced is left to {@link #start}: its phases are told by
     * the thread that waits for them.
     *
     * @param body given back when the handler has begun, or failed
     * @return whether that was all; where not, nothing has happened
     */
    boolean begin(Beginning<R> handler, RequestBody body) {
        if (scope.trace().isPresent()) {
            return false;
        }
        inFlight.enter();
        Optional<Begun> work;
        try {
            work = scope.call(() -> handler.begin(new Beginner()));
        } catch (Throwable failure) { // one request ends here, whatever happened to it
            inFlight.leave();
            body.lease().close();
            if (settle()) {
                outcome.failed(Failures.seenByCaller(failure, scope));
            }
            return true;
        }
        if (work.isEmpty()) {
            inFlight.leave();
            return false;
        }
        begun = work.get();
        body.lease().close();
        return true;
    }

    /** Takes the answer of what was begun. */
    private final class Beginner implements Answering<R> {
        @Override
        public void answer(Supplier<R> maker, Runnable unwanted, At at) {
            if (at == At.OWN_THREAD) {
                Thread.ofVirtual().name("request-" + scope.id()).start(() -> run(maker::get, () -> {}));
                return;
            }
            ending(
                    () -> {
                        if (settle()) {
                            makeHere(maker);
                        } else {
                            unwanted.run();
                        }
                    },
                    unwanted);
        }

        private void makeHere(Supplier<R> maker) {
            R answer;
            try {
                answer = scope.call(maker::get);
            } catch (Throwable failure) { // one request ends here, whatever happened to it
                outcome.failed(Failures.seenByCaller(failure, scope));
                return;
            }
            outcome.answered(answer);
        }

        @Override
        public void fail(ServingException failure) {
            failed(failure);
        }
    }

    /**
     * @param handler runs on a virtual thread
     * @param body given back when the handler is done
     */
    void start(Callable<R> handler, RequestBody body) {
        inFlight.enter();
        worker = Thread.ofVirtual()
                .name("request-" + scope.id())
                .start(() -> run(handler, () -> body.lease().close()));
    }

    /** @param after run when the handler is done, before anybody is told */
    private void run(Callable<R> handler, Runnable after) {
        R answer;
        try {
            answer = scope.call(handler);
        } catch (Throwable failure) { // as above
            after.run();
            failed(failure);
            return;
        }
        after.run();
        ending(
                () -> {
                    if (settle()) {
                        outcome.answered(answer);
                    } else {
                        outcome.dropped(answer);
                    }
                },
                () -> outcome.dropped(answer));
    }

    private void failed(Throwable failure) {
        ServingException seen = Failures.seenByCaller(failure, scope);
        ending(
                () -> {
                    if (settle()) {
                        outcome.failed(seen);
                    }
                },
                () -> {});
    }

    /**
     * The work is done: the event loop takes over.
     *
     * @param closed run instead where the server was closed meanwhile, and there is nobody to answer
     */
    private void ending(Runnable task, Runnable closed) {
        try {
            loop.execute(() -> {
                inFlight.leave();
                task.run();
            });
        } catch (RejectedExecutionException e) {
            inFlight.leave();
            closed.run();
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
        timer.stop();
    }

    /** Wakes the handler without settling anything. */
    void interrupt() {
        if (worker != null) {
            worker.interrupt();
        }
        if (begun != null && begun.abandon()) {
            begun = null;
            inFlight.leave();
        }
    }

    boolean isSettled() {
        return settled;
    }
}
