package io.penstock.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DeviceSharesTest {
    private final DeviceShares device = new DeviceShares(1);
    private final Queue<String> order = new ConcurrentLinkedQueue<>();

    @Test
    void whoUsedLessGoesNextHoweverManyTheOtherHasWaiting() throws Exception {
        DeviceShares.Share greedy = device.share(1);
        DeviceShares.Share modest = device.share(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            DeviceShares.Turn turn = greedy.enter();
            Future<?> first = threads.submit(() -> use(modest, "modest"));
            awaitWaiting(1);
            List<Future<?>> more = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                more.add(threads.submit(() -> use(greedy, "greedy")));
            }
            awaitWaiting(6);
            awaitPassing(20_000_000);
            turn.close();
            first.get();
            for (Future<?> each : more) {
                each.get();
            }
        }
        assertThat(order.peek()).isEqualTo("modest");
        assertThat(order).hasSize(6);
    }

    @Test
    void oneModelAloneIsNotHeldBack() throws Exception {
        DeviceShares.Share alone = device.share(1);
        try (DeviceShares.Turn _ = alone.enter();
                DeviceShares.Turn second = alone.enter()) {
            assertThat(second).isNotNull();
        }
    }

    @Test
    void severalModelsNeverTakeMoreThanThereIs() throws Exception {
        DeviceShares two = new DeviceShares(2);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        DeviceShares.Share holder = two.share(1);
        try (DeviceShares.Turn _ = holder.enter();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                DeviceShares.Share share = two.share(1);
                all.add(threads.submit(() -> {
                    for (int round = 0; round < 200; round++) {
                        try (DeviceShares.Turn _ = share.enter()) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            Thread.onSpinWait();
                            inside.decrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void whoIsInterruptedLeavesNothingBehind() throws Exception {
        DeviceShares.Share one = device.share(1);
        DeviceShares.Share other = device.share(1);
        DeviceShares.Turn turn = one.enter();
        Thread waiting = Thread.ofVirtual().start(() -> use(other, "never"));
        awaitWaiting(1);
        waiting.interrupt();
        waiting.join();
        turn.close();

        try (DeviceShares.Turn again = other.enter()) {
            assertThat(again).isNotNull();
        }
        assertThat(order).isEmpty();
    }

    private void use(DeviceShares.Share share, String name) {
        try (DeviceShares.Turn _ = share.enter()) {
            order.add(name);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitWaiting(int count) {
        while (device.waiting() != count) {
            Thread.onSpinWait();
        }
    }

    private static void awaitPassing(long nanos) {
        for (long until = System.nanoTime() + nanos; System.nanoTime() < until; ) {
            Thread.onSpinWait();
        }
    }
}
