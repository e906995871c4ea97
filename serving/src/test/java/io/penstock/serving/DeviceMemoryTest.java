package io.penstock.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DeviceMemoryTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final DeviceMemory memory = new DeviceMemory("cpu", 100);
    private final AtomicLong present = new AtomicLong();
    private final AtomicLong most = new AtomicLong();

    /** Counts its bytes from the begin of its load to the end of its unload. */
    private final class Loaded implements AutoCloseable {
        private final long bytes;

        Loaded(long bytes) {
            this.bytes = bytes;
            most.accumulateAndGet(present.addAndGet(bytes), Math::max);
        }

        @Override
        public void close() {
            present.addAndGet(-bytes);
        }
    }

    @AfterEach
    void close() {
        memory.close();
    }

    private ModelPlace<Loaded> place(String name, long bytes, KeepAlive keepAlive) {
        return memory.place(new DeviceMemory.Tenant(name, bytes, keepAlive), () -> new Loaded(bytes));
    }

    @Test
    void theLongestUnusedGivesWay() throws Exception {
        ModelPlace<Loaded> first = place("first", 50, KeepAlive.UNTIL_NEEDED);
        ModelPlace<Loaded> second = place("second", 50, KeepAlive.UNTIL_NEEDED);
        ModelPlace<Loaded> third = place("third", 40, KeepAlive.UNTIL_NEEDED);
        touch(first);
        touch(second);
        touch(first);
        touch(third);

        assertThat(List.of(first.isLoaded(), second.isLoaded(), third.isLoaded()))
                .containsExactly(true, false, true);
        assertThat(memory.reservedBytes()).isEqualTo(90);
        touch(second);
        assertThat(second.isLoaded()).isTrue();
        assertThat(first.isLoaded()).isFalse();
    }

    @Test
    void whatIsUsedOrPinnedStaysAndWhoFindsNoRoomIsRefusedAtItsDeadline() throws Exception {
        ModelPlace<Loaded> pinned = place("pinned", 50, KeepAlive.ALWAYS);
        ModelPlace<Loaded> used = place("used", 50, KeepAlive.UNTIL_NEEDED);
        ModelPlace<Loaded> other = place("other", 50, KeepAlive.UNTIL_NEEDED);
        touch(pinned);
        try (ModelPlace<Loaded>.Use _ = used.use(Deadline.after(LONG))) {
            assertThatThrownBy(() -> other.use(Deadline.after(Duration.ofMillis(50))))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_MEMORY))
                    .hasMessageContaining("Server.devices.cpu.memory");
        }
        touch(other);
        assertThat(pinned.isLoaded()).isTrue();
        assertThat(used.isLoaded()).isFalse();
    }

    @Test
    void aRequestWaitsForRoomInsideItsDeadline() throws Exception {
        ModelPlace<Loaded> used = place("used", 100, KeepAlive.UNTIL_NEEDED);
        ModelPlace<Loaded> other = place("other", 100, KeepAlive.UNTIL_NEEDED);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ModelPlace<Loaded>.Use use = used.use(Deadline.after(LONG));
            Future<?> waiting = threads.submit(() -> {
                touch(other);
                return null;
            });
            while (other.waiting() == 0) {
                Thread.onSpinWait();
            }
            use.close();
            waiting.get();
        }
        assertThat(other.isLoaded()).isTrue();
        assertThat(most).hasValue(100);
    }

    @Test
    void whatIsLargerThanTheBudgetIsRefusedAtOnce() {
        assertThatThrownBy(() -> place("large", 101, KeepAlive.UNTIL_NEEDED))
                .isInstanceOf(ServingException.class)
                .hasMessage("model large takes 101 bytes, and all models on cpu may take 100"
                        + " (Server.devices.cpu.memory)");
    }

    @Test
    void manyAskAtOnceAndOneLoads() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch mayLoad = new CountDownLatch(1);
        ModelPlace<Loaded> place = memory.place(new DeviceMemory.Tenant("one", 10, KeepAlive.UNTIL_NEEDED), () -> {
            loads.incrementAndGet();
            mayLoad.await();
            return new Loaded(10);
        });
        assertThatThrownBy(() -> place.use(Deadline.after(Duration.ofMillis(20))))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(threads.submit(() -> {
                    touch(place);
                    return null;
                }));
            }
            mayLoad.countDown();
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void whoWaitsIsToldWhyALoadFailedAndTheNextTriesAgain() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        ModelPlace<Loaded> place = memory.place(new DeviceMemory.Tenant("frail", 60, KeepAlive.UNTIL_NEEDED), () -> {
            if (loads.getAndIncrement() == 0) {
                throw new ServingException(ErrorCode.NOT_FOUND, "the file is gone");
            }
            return new Loaded(60);
        });
        assertThatThrownBy(() -> place.use(Deadline.after(LONG))).hasMessage("the file is gone");
        assertThat(memory.reservedBytes()).isZero();
        touch(place);
        assertThat(place.isLoaded()).isTrue();
    }

    @Test
    void whatWasIdleForItsTimeIsUnloaded() throws Exception {
        ModelPlace<Loaded> never = place("never", 10, new KeepAlive.For(Duration.ZERO));
        ModelPlace<Loaded> soon = place("soon", 10, new KeepAlive.For(Duration.ofMillis(20)));
        ModelPlace<Loaded> later = place("later", 10, new KeepAlive.For(Duration.ofHours(1)));
        for (ModelPlace<Loaded> place : List.of(never, soon, later)) {
            touch(place);
        }
        while (memory.reservedBytes() > 10) {
            Thread.onSpinWait();
        }
        assertThat(never.isLoaded()).isFalse();
        assertThat(soon.isLoaded()).isFalse();
        assertThat(later.isLoaded()).isTrue();
    }

    @Test
    void closingWaitsForWhoUsesItAndRefusesAnybodyNew() throws Exception {
        ModelPlace<Loaded> place = place("one", 10, KeepAlive.ALWAYS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ModelPlace<Loaded>.Use use = place.use(Deadline.after(LONG));
            Future<?> closing = threads.submit(place::close);
            while (!place.isClosed()) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> place.use(Deadline.after(LONG)))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
            assertThat(present).hasValue(10);
            use.close();
            closing.get();
        }
        assertThat(present).hasValue(0);
        assertThat(memory.reservedBytes()).isZero();
    }

    @Test
    void underAnyLoadTheBudgetHoldsAndEverybodyIsServed() throws Exception {
        List<ModelPlace<Loaded>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(place(
                    "model-" + i, 20 + i * 3L, i % 3 == 0 ? new KeepAlive.For(Duration.ZERO) : KeepAlive.UNTIL_NEEDED));
        }
        AtomicInteger served = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                Random random = new Random(caller);
                callers.add(threads.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        touch(all.get(random.nextInt(all.size())));
                        served.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> each : callers) {
                each.get();
            }
        }
        assertThat(served).hasValue(800);
        assertThat(most.get()).isLessThanOrEqualTo(100);
        all.forEach(ModelPlace::close);
        assertThat(present).hasValue(0);
        assertThat(memory.reservedBytes()).isZero();
    }

    private static void touch(ModelPlace<Loaded> place) throws InterruptedException {
        try (ModelPlace<Loaded>.Use use = place.use(Deadline.after(LONG))) {
            assertThat(use.model()).isNotNull();
        }
    }
}
