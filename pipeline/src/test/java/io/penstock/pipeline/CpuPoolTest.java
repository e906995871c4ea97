package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class CpuPoolTest {
    private final CpuPool pool = new CpuPool(1);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void throwsWhatTheWorkThrew() {
        assertThatThrownBy(() -> pool.run(
                        () -> {
                            throw new ServingException(ErrorCode.INVALID_REQUEST, "no picture");
                        },
                        Deadline.after(Duration.ofSeconds(5))))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void workThatCouldNotStartInTimeNeverRuns() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean ran = new AtomicBoolean();
        Thread busy = Thread.ofVirtual().start(() -> occupy(started, release));
        started.await();
        assertThatThrownBy(() -> pool.run(() -> ran.set(true), Deadline.after(Duration.ofMillis(10))))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
        release.countDown();
        busy.join();
        pool.run(() -> {}, Deadline.after(Duration.ofSeconds(5)));
        assertThat(ran).isFalse();
    }

    @Test
    void workWhoseDeadlineIsPastNeverRunsThoughAThreadIsFree() {
        AtomicBoolean ran = new AtomicBoolean();
        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> pool.run(() -> ran.set(true), new Deadline(System.nanoTime() - 1)))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
        }
        assertThat(ran).isFalse();
    }

    @Test
    void waitsForWorkThatHasStartedEvenPastTheDeadline() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean finished = new AtomicBoolean();
        Deadline deadline = Deadline.after(Duration.ofSeconds(1));
        Thread releaser = Thread.ofVirtual().start(() -> {
            try {
                started.await();
                while (!deadline.isPast()) {
                    LockSupport.parkNanos(1_000_000);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            release.countDown();
        });
        pool.run(
                () -> {
                    started.countDown();
                    await(release);
                    finished.set(true);
                },
                deadline);
        assertThat(deadline.isPast()).isTrue();
        assertThat(finished).isTrue();
        releaser.join();
    }

    private void occupy(CountDownLatch started, CountDownLatch release) {
        try {
            pool.run(
                    () -> {
                        started.countDown();
                        await(release);
                    },
                    Deadline.after(Duration.ofSeconds(5)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
