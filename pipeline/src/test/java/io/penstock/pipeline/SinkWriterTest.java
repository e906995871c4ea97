package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SinkWriterTest {
    private final Disk disk = new Disk();
    private final AtomicInteger held = new AtomicInteger();

    @Test
    void writesWhatWaitsInBatches() throws Exception {
        disk.open = new CountDownLatch(1);
        SinkWriter<Note> writer = writer(1_000, Duration.ofSeconds(10));
        SinkCounters counters = new SinkCounters("store", writer::isFailing);
        writer.put(note(0, true, counters));
        disk.entered.await();
        for (int i = 1; i < 6; i++) {
            writer.put(note(i, true, counters));
        }
        disk.open.countDown();
        writer.close();

        assertThat(disk.batches).containsExactly(List.of(0), List.of(1, 2, 3, 4), List.of(5));
        assertThat(counters.stored()).isEqualTo(6);
        assertThat(held).hasValue(0);
    }

    @Test
    void dropsTheOldestOfStreamsButNoRequestsWhenFull() throws Exception {
        disk.open = new CountDownLatch(1);
        SinkWriter<Note> writer = writer(30, Duration.ofSeconds(10));
        SinkCounters counters = new SinkCounters("store", writer::isFailing);
        writer.put(note(0, true, counters)); // being written, 10 of 30 bytes
        disk.entered.await();
        writer.put(note(1, true, counters));
        writer.put(note(2, false, counters));
        writer.put(note(3, false, counters));
        writer.put(note(4, false, counters));
        assertThat(counters.dropped()).isEqualTo(2);
        disk.open.countDown();
        writer.close();

        assertThat(disk.written()).containsExactly(0, 1, 4);
        assertBalanced(counters);
    }

    @Test
    void dropsAStreamsOwnWhereOnlyRequestsWait() throws Exception {
        disk.open = new CountDownLatch(1);
        SinkWriter<Note> writer = writer(20, Duration.ofSeconds(10));
        SinkCounters counters = new SinkCounters("store", writer::isFailing);
        writer.put(note(0, true, counters));
        disk.entered.await();
        writer.put(note(1, true, counters));
        writer.put(note(2, false, counters));
        disk.open.countDown();
        writer.close();

        assertThat(disk.written()).containsExactly(0, 1);
        assertThat(counters.dropped()).isEqualTo(1);
        assertBalanced(counters);
    }

    @Test
    void aRequestWaitsForRoomAndIsThenDropped() throws Exception {
        disk.open = new CountDownLatch(1);
        SinkWriter<Note> writer = writer(10, Duration.ofMillis(30));
        SinkCounters counters = new SinkCounters("store", writer::isFailing);
        writer.put(note(0, true, counters));
        disk.entered.await();
        long started = System.nanoTime();
        writer.put(note(1, true, counters));

        assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(30_000_000L);
        assertThat(counters.dropped()).isEqualTo(1);
        disk.open.countDown();
        writer.close();
        assertThat(disk.written()).containsExactly(0);
        assertBalanced(counters);
    }

    @Test
    void triesAFailedBatchAgainAndSaysThatItFails() throws Exception {
        disk.failures.set(2);
        SinkWriter<Note> writer = writer(1_000, Duration.ofSeconds(10));
        SinkCounters counters = new SinkCounters("store", writer::isFailing);
        writer.put(note(0, true, counters));
        disk.failed.take();
        disk.failed.take();
        assertThat(counters.isFailing()).isTrue();

        // Nobody waits for a target that fails, so this returns false at once; then the third attempt succeeds.
        while (!writer.awaitSettled(counters, Duration.ofSeconds(10))) {
            Thread.onSpinWait();
        }
        assertThat(counters.isFailing()).isFalse();
        assertThat(disk.written()).containsExactly(0);
        writer.close();
        assertThat(counters.stored()).isEqualTo(1);
    }

    @Test
    void aRequestDoesNotWaitWhileTheTargetFails() throws Exception {
        disk.failures.set(Integer.MAX_VALUE);
        SinkWriter<Note> writer = writer(10, Duration.ofHours(1));
        SinkCounters counters = new SinkCounters("store", writer::isFailing);
        writer.put(note(0, true, counters));
        disk.failed.take();
        writer.put(note(1, true, counters));
        writer.close();

        assertThat(counters.dropped()).isEqualTo(2);
        assertThat(held).hasValue(0);
        assertBalanced(counters);
    }

    @Test
    void countsWhatCanNeverBeWritten() throws Exception {
        SinkWriter<Note> writer = writer(1_000, Duration.ofSeconds(10));
        SinkCounters counters = new SinkCounters("store", writer::isFailing);
        writer.put(note(-1, true, counters));
        writer.put(note(1, true, counters));
        writer.close();
        writer.put(note(2, true, counters));

        assertThat(counters.failed()).isEqualTo(1);
        assertThat(counters.stored()).isEqualTo(1);
        assertThat(counters.dropped()).as("nothing is taken once it is closed").isEqualTo(1);
        assertThat(held).hasValue(0);
        assertBalanced(counters);
    }

    private static void assertBalanced(SinkCounters counters) {
        assertThat(counters.waiting()).isZero();
        assertThat(counters.received()).isEqualTo(counters.stored() + counters.dropped() + counters.failed());
    }

    private SinkWriter<Note> writer(long bytes, Duration patience) {
        return new SinkWriter<>("test", disk, new SinkWriter.Limits(bytes, 4, patience));
    }

    private Note note(int number, boolean isOfRequest, SinkCounters counters) {
        held.incrementAndGet();
        return new Note(number, isOfRequest, counters, held);
    }

    private record Note(int number, boolean isOfRequest, SinkCounters counters, AtomicInteger held)
            implements SinkWriter.Item {
        @Override
        public long bytes() {
            return 10;
        }

        @Override
        public void release() {
            held.decrementAndGet();
        }
    }

    /** Takes batches when its latch is open, fails as often as it is told to, and refuses negative numbers for good. */
    private static final class Disk implements SinkWriter.Target<Note> {
        private final List<List<Integer>> batches = new ArrayList<>();
        private final CountDownLatch entered = new CountDownLatch(1);
        private final AtomicInteger failures = new AtomicInteger();
        private final BlockingQueue<String> failed = new LinkedBlockingQueue<>();
        private CountDownLatch open = new CountDownLatch(0);

        @Override
        public List<Note> write(List<Note> batch) {
            entered.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (failures.getAndDecrement() > 0) {
                failed.add("full");
                throw new SinkException(SinkException.Reason.UNAVAILABLE, "full", new IOException("full"));
            }
            batches.add(batch.stream().map(Note::number).filter(n -> n >= 0).toList());
            return batch.stream().filter(note -> note.number() < 0).toList();
        }

        List<Integer> written() {
            return batches.stream().flatMap(List::stream).toList();
        }

        @Override
        public boolean tidy() {
            return false;
        }

        @Override
        public void close() {}
    }
}
