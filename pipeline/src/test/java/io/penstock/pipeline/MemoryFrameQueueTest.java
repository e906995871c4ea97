package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Frame;
import io.penstock.pipeline.frame.Picture;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class MemoryFrameQueueTest {
    private final MemoryFrameQueue queue = new MemoryFrameQueue(2);

    @Test
    void givesBackTheOldestFrameWhenFull() throws Exception {
        assertThat(queue.offer(frame(0))).isEmpty();
        assertThat(queue.offer(frame(1))).isEmpty();
        assertThat(queue.offer(frame(2)).map(Frame::index)).contains(0L);
        assertThat(queue.take().map(Frame::index)).contains(1L);
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void putWaitsForRoomWithinItsBound() throws Exception {
        queue.offer(frame(0));
        queue.offer(frame(1));
        assertThat(queue.put(frame(2), Duration.ofMillis(5))).isFalse();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> waiting = threads.submit(() -> queue.put(frame(3), Duration.ofSeconds(5)));
            assertThat(queue.take().map(Frame::index)).contains(0L);
            assertThat(waiting.get()).isTrue();
        }
        assertThat(queue.size()).isEqualTo(2);
    }

    @Test
    void closedQueueRefusesFramesAndGivesOutWhatItHolds() throws Exception {
        queue.offer(frame(0));
        queue.close();
        assertThat(queue.offer(frame(1)).map(Frame::index)).contains(1L);
        assertThat(queue.put(frame(2), Duration.ofSeconds(5))).isFalse();
        assertThat(queue.take().map(Frame::index)).contains(0L);
        assertThat(queue.take()).isEqualTo(Optional.empty());
    }

    private static Frame frame(long index) {
        Picture picture = Picture.rgb(1, 1, MemorySegment.ofArray(new byte[3]));
        return new Frame("gate", 0, index, Instant.EPOCH, Duration.ZERO, 0, picture);
    }
}
