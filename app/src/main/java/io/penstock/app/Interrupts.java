package io.penstock.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: the first asks for a drain, and a second one while that lasts ends the process at once.
 *
 * <p>Threads: the JVM's own thread for signals arrives here; one other thread waits.
 */
final class Interrupts {
    private final CountDownLatch first = new CountDownLatch(1);

    /** Takes the signals over from the JVM, which would end the process without a drain. */
    static Interrupts take() {
        Interrupts interrupts = new Interrupts();
        for (String name : new String[] {"INT", "TERM"}) {
            sun.misc.Signal.handle(new sun.misc.Signal(name), _ -> interrupts.arrived());
        }
        return interrupts;
    }

    private void arrived() {
        if (first.getCount() == 0) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED.number());
        }
        first.countDown();
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
