package io.penstock.pipeline;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The threads that compute: decoding, resizing, reading boxes, drawing. Virtual threads wait for them and do not compute
 * themselves, so that as much runs at once as there are cores.
 *
 * <p>Threads: fixed, platform. Work that has started is always waited for, even past the deadline, since it reads memory
 * that its caller gives back afterwards; such work takes milliseconds.
 */
public final class CpuPool implements AutoCloseable {
    private static final int WAITING = 1024;

    private final ThreadPoolExecutor threads;

    public CpuPool(int size) {
        ThreadFactory factory = Thread.ofPlatform().name("cpu-", 0).daemon().factory();
        this.threads =
                new ThreadPoolExecutor(size, size, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), factory);
    }

    /**
     * Runs {@code work} on one of the threads and waits for it.
     *
     * @throws ServingException with {@link ErrorCode#QUEUE_FULL} when too much waits already, with
     *     {@link ErrorCode#DEADLINE_EXCEEDED} when it could not start in time, or as {@code work} threw it
     */
    public void run(Runnable work, Deadline deadline) throws InterruptedException {
        if (deadline.isPast()) {
            throw late();
        }
        AtomicBoolean claimed = new AtomicBoolean();
        FutureTask<Void> task = new FutureTask<>(
                () -> {
                    if (claimed.compareAndSet(false, true)) {
                        work.run();
                    }
                },
                null);
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            throw new ServingException(
                    ErrorCode.QUEUE_FULL, "too much work waits for a processor: " + WAITING + " pieces", e);
        }
        try {
            task.get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            if (claimed.compareAndSet(false, true)) {
                threads.remove(task);
                throw late();
            }
            awaitStarted(task);
        } catch (InterruptedException e) {
            if (!claimed.compareAndSet(false, true)) {
                awaitStarted(task);
            }
            throw e;
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static ServingException late() {
        return new ServingException(ErrorCode.DEADLINE_EXCEEDED, "the deadline passed while waiting for a processor");
    }

    private static void awaitStarted(FutureTask<Void> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw failure(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        return switch (e.getCause()) {
            case ServingException failure -> new ServingException(failure.code(), failure.sentence(), failure);
            case RuntimeException failure -> failure;
            case Error error -> throw error;
            case null, default -> new IllegalStateException(e);
        };
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
