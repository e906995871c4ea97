package io.penstock.app.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** What loops measure, on callers whose time is known. */
@Timeout(60)
@Isolated("it counts calls that took long")
class LoadRunTest {
    private static final Load.Times TIMES = new Load.Times(Duration.ZERO, Duration.ofMillis(1500));
    private static final long STALL_MILLIS = 500;

    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();

    /** Answers at once, but stalls at one call. */
    private Outcome stallOnce(int at) throws InterruptedException {
        if (calls.incrementAndGet() == at) {
            assertThat(never.await(STALL_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
        }
        return LocalLane.answered();
    }

    @Test
    void anOpenLoopCountsWhatWaitedBehindAStall() throws Exception {
        Measured measured = run(OptionalDouble.of(200), List.of(new LocalLane(() -> stallOnce(20))));

        // 200 a second for half a second: 100 were due meanwhile, and half of them waited longer than half of it.
        long waited = measured.latencies().getCountBetweenValues(STALL_MILLIS * 500_000, Long.MAX_VALUE / 4);
        assertThat(waited).isBetween(30L, 60L);
        assertThat(measured.percentile(95)).isGreaterThan(Duration.ofMillis(STALL_MILLIS / 2));
        assertThat(measured.answered()).isBetween(250L, 310L);
    }

    @Test
    void aClosedLoopSendsAgainAsSoonAsItWasAnswered() throws Exception {
        Measured measured = run(OptionalDouble.empty(), List.of(new LocalLane(() -> stallOnce(20))));

        assertThat(measured.latencies().getCountBetweenValues(STALL_MILLIS * 500_000, Long.MAX_VALUE / 4))
                .isEqualTo(1);
        assertThat(measured.answered()).isGreaterThan(1000);
        assertThat(measured.seconds()).hasSize(2);
    }

    @Test
    void whatNeverFoundALaneIsUnsentAndInTheLatencies() throws Exception {
        Measured measured = run(OptionalDouble.of(200), List.of(new LocalLane(() -> {
            assertThat(never.await(STALL_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
            return LocalLane.answered();
        })));

        assertThat(measured.unsent()).isGreaterThan(250);
        assertThat(measured.answered()).isBetween(2L, 5L);
        assertThat(measured.latencies().getTotalCount()).isEqualTo(measured.answered() + measured.unsent());
    }

    @Test
    void whatWaitedBehindASlowWarmUpIsNotCounted() throws Exception {
        Duration warmUp = Duration.ofMillis(400);
        long begun = System.nanoTime();
        Lane stalled = new LocalLane(() -> {
            long left = warmUp.toNanos() - (System.nanoTime() - begun);
            assertThat(never.await(left, TimeUnit.NANOSECONDS)).isFalse();
            calls.incrementAndGet();
            return LocalLane.answered();
        });
        Load load = new Load("m", List.of(stalled), OptionalDouble.of(200));
        Measured measured = LoadRun.run(List.of(load), new Load.Times(warmUp, Duration.ofMillis(500)), _ -> {})
                .getFirst();
        stalled.close();

        // 80 were due before; they are sent, late, within the half second in which 100 are due.
        assertThat(calls).hasValueGreaterThan(130);
        assertThat(measured.answered() + measured.unsent()).isBetween(80L, 102L);
    }

    @Test
    void failuresAreCountedByStatusWithTheFirstSentence() throws Exception {
        Measured measured = run(
                OptionalDouble.of(100),
                List.of(new LocalLane(
                        () -> Outcome.failed("503", "{\"error\": \"full " + calls.incrementAndGet() + "\"}"))));

        assertThat(measured.answered()).isZero();
        assertThat(measured.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.status()).isEqualTo("503");
            assertThat(failure.sentence()).isEqualTo("{\"error\": \"full 1\"}");
            assertThat(failure.count()).isEqualTo(calls.get());
        });
    }

    private static Measured run(OptionalDouble rate, List<Lane> lanes) throws InterruptedException {
        List<Measured> measured = LoadRun.run(List.of(new Load("m", lanes, rate)), TIMES, _ -> {});
        lanes.forEach(Lane::close);
        return measured.getFirst();
    }
}
