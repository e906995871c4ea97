package io.penstock.app.client;

import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A caller inside the process.
 *
 * <p>Threads: a platform thread of its own makes the calls and completes them; it sleeps while nothing is to be sent.
 */
public final class LocalLane implements Lane {
    private final Callable<Outcome> call;
    private final Semaphore wanted = new Semaphore(0);
    private final Thread thread;
    private volatile @Nullable Completion completion;

    /** @param call makes one request, and waits for its answer */
    public LocalLane(Callable<Outcome> call) {
        this.call = call;
        this.thread = Thread.ofPlatform().name("bench-caller").daemon().start(this::work);
    }

    /** For a call that ended well. */
    public static Outcome answered() {
        return Outcome.ANSWERED;
    }

    @Override
    public void send(Completion toTell) {
        completion = toTell;
        wanted.release();
    }

    private void work() {
        try {
            while (true) {
                wanted.acquire();
                Outcome outcome;
                try {
                    outcome = call.call();
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception e) {
                    // Here one request ends; it is counted by its kind.
                    outcome = Outcome.failed(e.getClass().getSimpleName(), String.valueOf(e.getMessage()));
                }
                Completion toTell = completion;
                if (toTell != null) {
                    toTell.completed(outcome);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
