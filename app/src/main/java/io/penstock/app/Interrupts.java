package io.penstock.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C and SIGTERM: the first ends a start, or asks for a drain once that is over, and a second one ends the process
 * at once.
 *
 * <p>Threads: the JVM's own thread for signals arrives here; one other thread waits.
 */
final class Interrupts {
    private final CountDownLatch first = new CountDownLatch(1);
    private @Nullable Thread starting;

    /** Takes the signals over from the JVM, which would end the process without a drain. */
    static Interrupts take() {
        Interrupts interrupts = new Interrupts();
        for (String name : new String[] {"INT", "TERM"}) {
            sun.misc.Signal.handle(new sun.misc.Signal(name), _ -> interrupts.arrived());
        }
        return interrupts;
    }

    /** From now on the first one interrupts this thread, which starts something that can take long. */
    synchronized void beginStart() {
        starting = Thread.currentThread();
        if (hasArrived()) {
            starting.interrupt();
        }
    }

    /** From now on the first one only ends {@link #await}. */
    @SuppressWarnings("ResultOfMethodCallIgnored")
    synchronized void endStart() {
        starting = null;
        if (hasArrived()) {
            Thread.interrupted(); // it came too late to end the start, and is obeyed in await
        }
    }

    boolean hasArrived() {
        return first.getCount() == 0;
    }

    /** What a signal does. */
    synchronized void arrived() {
        if (hasArrived()) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED.number());
        }
        first.countDown();
        if (starting != null) {
            starting.interrupt();
        }
    }

    /** Waits for the first one, for ever where {@code atMostNanos} is 0; whether it came. */
    boolean await(long atMostNanos) throws InterruptedException {
        if (atMostNanos == 0) {
            first.await();
            return true;
        }
        return first.await(atMostNanos, TimeUnit.NANOSECONDS);
    }
}
