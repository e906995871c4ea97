package io.penstock.app;

import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Makes the next frames on several threads and gives them out in order: one thread alone would be what the rest of a
 * pipeline waits for.
 *
 * <p>Threads: one takes and closes; platform threads of its own make frames, at most one frame each beyond what was
 * taken.
 */
final class RenderAhead implements AutoCloseable {
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final int threads;
    private final Frames frames;
    private final ExecutorService makers;
    private final Deque<Future<Picture>> coming = new ArrayDeque<>();
    private long next;

    /** Makes a frame; called by several threads at once. */
    interface Frames {
        Picture make(long index) throws InterruptedException;
    }

    RenderAhead(int threads, Frames frames) {
        this.threads = threads;
        this.frames = frames;
        this.makers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("render-", 0).daemon().factory());
    }

    /** The next frame, which the caller closes. */
    Picture take() throws InterruptedException {
        while (coming.size() < threads) {
            long index = next++;
            coming.addLast(makers.submit(() -> frames.make(index)));
        }
        try {
            return coming.removeFirst().get();
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case ServingException failure -> new ServingException(failure.code(), failure.sentence(), failure);
                case RuntimeException failure -> failure;
                case null, default -> new IllegalStateException(e);
            };
        }
    }

    @Override
    public void close() {
        makers.shutdownNow();
        boolean interrupted = false;
        try {
            makers.awaitTermination(CLOSING.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            interrupted = true;
        }
        for (Future<Picture> picture : coming) {
            if (picture.state() == Future.State.SUCCESS) {
                picture.resultNow().close();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
