package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the batcher, and the place where its caller waits or is told.
 *
 * <p>Threads: the caller waits in {@link #await}, unless it gave a completion; a worker settles it once. Whichever of leaving and settling comes
 * first decides, and the other side then cleans up after itself.
 */
final class PendingRequest {
    private final InferRequest request;
    private final long items;
    private final long arrivedAt = System.nanoTime();
    private final long queueNanos;
    private final @Nullable Thread caller;
    private final @Nullable InferCompletion completion;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    private long rank;
    private long number;
    private volatile boolean taken;

    private sealed interface State {
        State WAITING = new Waiting();
        State ABANDONED = new Abandoned();

        record Waiting() implements State {}

        record Abandoned() implements State {}

        record Answered(InferResponse response) implements State {}

        record Failed(ServingException failure) implements State {}
    }

    /** One that this thread will wait for. */
    PendingRequest(InferRequest request, long items, Batching.QueueTimeout timeout) {
        this(request, items, timeout, Thread.currentThread(), null);
    }

    /** One whose end {@code completion} is told. */
    PendingRequest(InferRequest request, long items, Batching.QueueTimeout timeout, InferCompletion completion) {
        this(request, items, timeout, null, completion);
    }

    /** @param timeout what it may spend in the queue */
    private PendingRequest(
            InferRequest request,
            long items,
            Batching.QueueTimeout timeout,
            @Nullable Thread caller,
            @Nullable InferCompletion completion) {
        this.request = request;
        this.items = items;
        this.caller = caller;
        this.completion = completion;
        this.queueNanos = timeout.isSet() && timeout.action() == Batching.QueueTimeout.Action.REJECT
                ? timeout.after().toNanos()
                : Long.MAX_VALUE;
    }

    /** Where it stands in its queue, whose lock guards this: smaller is earlier. */
    long rank() {
        return rank;
    }

    /** Tells requests of one rank apart, in the order they came. */
    long number() {
        return number;
    }

    void place(long atRank, long withNumber) {
        rank = atRank;
        number = withNumber;
    }

    /** From now on it waits for its answer and no longer for its turn. */
    void taken() {
        taken = true;
    }

    /** Whether nobody waits for it any more, or nobody should. */
    boolean isOver() {
        return isSettled() || remainingNanos() <= 0;
    }

    /** Nanoseconds until its caller gives up. */
    private long remainingNanos() {
        long left = request.deadline().remainingNanos();
        return taken ? left : Math.min(left, queueNanos - (System.nanoTime() - arrivedAt));
    }

    InferRequest request() {
        return request;
    }

    /** Size of its batch dimension; 1 where the model has none. */
    long items() {
        return items;
    }

    /** {@link System#nanoTime} when it was made. */
    long arrivedAt() {
        return arrivedAt;
    }

    boolean isSettled() {
        return !(state.get() instanceof State.Waiting);
    }

    /** Gives the caller its answer, or closes it when the caller has left. */
    void complete(InferResponse response) {
        if (state.compareAndSet(State.WAITING, new State.Answered(response))) {
            if (completion != null) {
                completion.answered(response);
            }
            LockSupport.unpark(caller);
        } else {
            response.close();
        }
    }

    void fail(ServingException failure) {
        if (state.compareAndSet(State.WAITING, new State.Failed(failure))) {
            if (completion != null) {
                completion.failed(seen(failure));
            }
            LockSupport.unpark(caller);
        }
    }

    /** Waits for the answer until the request's deadline; leaving early marks the request, so that nobody works on it. */
    InferResponse await() throws InterruptedException {
        while (true) {
            switch (state.get()) {
                case State.Answered answered -> {
                    return answered.response();
                }
                case State.Failed failed -> throw seen(failed.failure());
                case State.Abandoned _ -> throw new IllegalStateException("awaited twice");
                case State.Waiting _ -> {
                    if (Thread.interrupted() && abandon()) {
                        throw new InterruptedException();
                    }
                    long left = remainingNanos();
                    if (left > 0) {
                        LockSupport.parkNanos(this, left);
                    } else if (abandon()) {
                        throw new ServingException(
                                ErrorCode.DEADLINE_EXCEEDED,
                                request.deadline().isPast()
                                        ? "no answer before the deadline"
                                        : "the request waited longer in the queue than the model allows");
                    }
                }
            }
        }
    }

    /** A new exception for each caller: one failed batch has several, each with its own stack. */
    private static ServingException seen(ServingException failure) {
        return new ServingException(failure.code(), failure.sentence(), failure);
    }

    /** The caller leaves; whether it was not settled yet. */
    boolean abandon() {
        return state.compareAndSet(State.WAITING, State.ABANDONED);
    }
}
