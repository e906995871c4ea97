package io.penstock.pipeline;

import io.penstock.serving.call.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Calls for several things at once, of which all are needed.
 *
 * <p>Threads: each call is on a virtual thread of its own. The first that fails, or an interrupt of whoever waits, calls
 * off the rest; {@link #run} returns only when none runs any more, since they read memory that the caller gives back.
 */
final class SideBySide<T, R> {
    private final List<T> items;
    private final Call<T, R> call;
    private final AtomicReferenceArray<R> answers;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();

    /** What is done with each item. */
    interface Call<T, R> {
        R on(T item) throws InterruptedException;
    }

    SideBySide(List<T> items, Call<T, R> call) {
        this.items = List.copyOf(items);
        this.call = call;
        this.answers = new AtomicReferenceArray<>(items.size());
    }

    /**
     * The answers, in the order of the items. To be called once.
     *
     * @throws RuntimeException the first failure
     */
    List<R> run() throws InterruptedException {
        for (int i = 0; i < items.size(); i++) {
            int index = i;
            threads.add(Thread.ofVirtual().unstarted(() -> work(index)));
        }
        threads.forEach(Thread::start);
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= awaitEnd(thread);
        }
        if (interrupted) {
            throw new InterruptedException();
        }
        rethrow();
        List<R> all = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            all.add(answers.get(i));
        }
        return all;
    }

    private void work(int index) {
        try {
            if (failure.get() == null) {
                answers.set(index, call.on(items.get(index)));
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            // Here one of the calls ends; who waits for all of them is told.
            if (failure.compareAndSet(null, e)) {
                callOff();
            }
        }
    }

    private void callOff() {
        threads.forEach(Thread::interrupt);
    }

    /** Waits for a thread to its end; whether an interrupt came while waiting. */
    private boolean awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException _) {
                interrupted = true;
                callOff();
            }
        }
    }

    private void rethrow() {
        Throwable first = failure.get();
        if (first instanceof ServingException serving) {
            throw new ServingException(serving.code(), serving.sentence(), serving);
        } else if (first instanceof Error error) {
            throw error;
        } else if (first != null) {
            throw new IllegalStateException("one of " + items.size() + " calls failed", first);
        }
    }
}
