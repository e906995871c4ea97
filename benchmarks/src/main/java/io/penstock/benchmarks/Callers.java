package io.penstock.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** One caller on each core, as limits are measured. */
final class Callers {
    private static final long STAGE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private Callers() {}

    /** CPU seconds of one item of a stage, with all callers at it. */
    static <T> double cpuSeconds(List<T> callers, Consumer<T> stage) throws InterruptedException {
        AtomicLong nanos = new AtomicLong();
        AtomicLong items = new AtomicLong();
        List<Thread> threads = callers.stream()
                .map(caller -> Thread.ofPlatform().start(() -> {
                    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
                    long until = System.nanoTime() + STAGE_NANOS;
                    long before = clock.getCurrentThreadCpuTime();
                    long count = 0;
                    while (System.nanoTime() < until) {
                        stage.accept(caller);
                        count++;
                    }
                    nanos.addAndGet(clock.getCurrentThreadCpuTime() - before);
                    items.addAndGet(count);
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        return nanos.get() * 1e-9 / items.get();
    }

    /** The median of the rounds with all of them, as every result is written. */
    static String median(String what, List<Double> rounds) {
        double[] sorted =
                rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "%s: median %.3f, all %s",
                what,
                sorted[sorted.length / 2],
                Arrays.toString(Arrays.stream(sorted)
                        .map(each -> Math.round(each * 1000) / 1000.0)
                        .toArray()));
    }
}
