package io.penstock.app.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Puts loads on a server at the same time, and measures after they have warmed up. */
public final class LoadRun {
    private static final long SECOND = 1_000_000_000;

    private LoadRun() {}

    /**
     * Runs the loads, each to its end.
     *
     * @param eachSecond told how many seconds of the whole are over
     * @return what each load met with, in their order
     */
    public static List<Measured> run(List<Load> loads, Load.Times times, Consumer<Duration> eachSecond)
            throws InterruptedException {
        List<Driver> drivers = loads.stream().map(Driver::new).toList();
        drivers.forEach(Driver::start);
        long begun = System.nanoTime();
        sleepUntil(begun + times.warmUp().toNanos());
        if (times.warmUp().isPositive()) {
            drivers.forEach(Driver::beginMeasuring);
        }
        long measuring = System.nanoTime();
        long end = measuring + times.measured().toNanos();
        long turned = measuring;
        while (turned < end) {
            sleepUntil(Math.min(turned + SECOND, end));
            long now = System.nanoTime();
            Duration second = Duration.ofNanos(now - turned);
            drivers.forEach(driver -> driver.turn(second));
            turned = now;
            eachSecond.accept(Duration.ofNanos(now - begun));
        }
        Duration elapsed = Duration.ofNanos(turned - measuring);
        List<Measured> measured = new ArrayList<>();
        for (Driver driver : drivers) {
            measured.add(driver.end(elapsed));
        }
        return measured;
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        long left = nanos - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }
}
