package io.penstock.app;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A part of a start that goes on beside the others, and can be stopped.
 *
 * <p>Threads: its own, which does not keep the process alive.
 */
final class Beginning {
    private final FutureTask<Void> task;
    private final Thread thread;

    private Beginning(FutureTask<Void> task, Thread thread) {
        this.task = task;
        this.thread = thread;
    }

    static Beginning of(Callable<Void> work) {
        FutureTask<Void> task = new FutureTask<>(work);
        return new Beginning(task, Thread.ofPlatform().daemon().name("starting").start(task));
    }

    /** Waits for its end, and throws what it threw. */
    void await() throws InterruptedException {
        try {
            task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Interrupts it and waits for its end. Only native code does not obey.
     *
     * @return whether it has ended
     */
    boolean stop(Duration atMost) throws InterruptedException {
        thread.interrupt();
        return thread.join(atMost);
    }
}
