package io.penstock.serving.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TensorPoolTest {
    @Test
    void everySizeFitsItsClassWithAtMostAQuarterUnused() {
        for (long bytes = 1; bytes < 1L << 34; bytes += 1 + bytes / 97) {
            int sizeClass = TensorPool.sizeClass(bytes);
            assertThat(TensorPool.classSize(sizeClass)).isGreaterThanOrEqualTo(bytes);
            if (sizeClass > 0) {
                assertThat(TensorPool.classSize(sizeClass - 1))
                        .as("the class below holds %s", bytes)
                        .isLessThan(bytes);
            }
        }
    }

    @Test
    void refusesWhatTheBudgetDoesNotHoldAndTakesItOnceThereIsRoom() {
        try (TensorPool pool = new TensorPool(10_000)) {
            TensorLease first = pool.allocate(6_000);
            assertThatThrownBy(() -> pool.allocate(6_000))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MEMORY_BUDGET));
            first.close();
            pool.allocate(6_000).close();
            assertThat(pool.bytesInFlight()).isZero();
        }
    }

    @Test
    void givesBackAfterAPeakWhatNobodyNeedsAnyMore() {
        try (TensorPool pool = new TensorPool(1 << 20)) {
            List<TensorLease> peak = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                peak.add(pool.allocate(10_240));
            }
            peak.forEach(TensorLease::close);
            assertThat(pool.releaseIdle())
                    .as("all were needed since the last look")
                    .isZero();

            TensorLease one = pool.allocate(10_240);
            TensorLease other = pool.allocate(10_240);
            one.close();
            other.close();
            assertThat(pool.releaseIdle()).as("eight were not").isEqualTo(8 * 10_240);
            assertThat(pool.releaseIdle()).as("nor the other two").isEqualTo(2 * 10_240);
            assertThat(pool.releaseIdle()).isZero();
            pool.allocate(10_240).close();
        }
    }

    @Test
    void memoryReturnsWithTheLastCountOnly() {
        try (TensorPool pool = new TensorPool(10_000, true)) {
            TensorLease lease = pool.allocate(8);
            lease.memory().fill((byte) 1);
            TensorLease second = lease.retain();
            lease.close();
            assertThat(second.memory().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
            assertThat(pool.openLeases()).isEqualTo(1);
            second.close();
            assertThat(pool.openLeases()).isZero();
            assertThatThrownBy(lease::retain).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(lease::close).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void manyThreadsNeverShareABlock() throws Exception {
        try (TensorPool pool = new TensorPool(1 << 26);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> runs = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                byte mark = (byte) (thread + 1);
                runs.add(threads.submit(() -> {
                    Random random = new Random(mark);
                    for (int i = 0; i < 5_000; i++) {
                        try (TensorLease lease = pool.allocate(1 + random.nextInt(20_000))) {
                            lease.memory().fill(mark);
                            assertThat(lease.memory().get(ValueLayout.JAVA_BYTE, 0))
                                    .isEqualTo(mark);
                        }
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
            assertThat(pool.bytesInFlight()).isZero();
        }
    }
}
