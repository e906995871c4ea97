package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.PixelFormat;
import io.penstock.pipeline.frame.ResultPainter;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LiveStreamTest {
    private static final Duration LONG = Duration.ofSeconds(5);

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger encoded = new AtomicInteger();
    private final LiveStream stream = new LiveStream("gate", new StreamCounters());

    @Test
    void slowViewerSkipsToTheNewestFrameAndThatIsCounted() throws Exception {
        publish(0);
        assertThat(see(0)).isEqualTo(1);
        publish(1);
        publish(2);
        publish(3);

        assertThat(see(1)).isEqualTo(4);
        assertThat(stream.framesSent()).isEqualTo(2);
        assertThat(stream.framesSuperseded()).isEqualTo(2);
        stream.close();
        assertThat(open).hasValue(0);
    }

    @Test
    void waitingViewerWakesForTheNextFrameAndForTheEnd() throws Exception {
        try (ExecutorService viewers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> next = viewers.submit(() -> see(0));
            publish(0);
            assertThat(next.get()).isEqualTo(1);
            Future<Optional<LiveStream.Published>> end = viewers.submit(() -> stream.awaitNewer(1, LONG));
            stream.close();
            assertThat(end.get()).isEmpty();
        }
        assertThat(open).hasValue(0);
    }

    @Test
    void givesUpAfterTheTimeThatTheViewerWaits() throws Exception {
        assertThat(stream.awaitNewer(0, Duration.ofMillis(5))).isEmpty();
        assertThat(stream.awaitFirst(Duration.ofMillis(5))).isFalse();
    }

    @Test
    void encodesAFrameOnceForAllViewers() throws Exception {
        publish(0);
        for (int viewer = 0; viewer < 3; viewer++) {
            try (LiveStream.Published seen = stream.awaitNewer(0, LONG).orElseThrow()) {
                assertThat(seen.frame().plainJpeg()).hasSize(1);
                assertThat(seen.frame().annotatedJpeg()).hasSize(1);
                assertThat(seen.frame().tileJpeg()).containsExactly(1, 160);
            }
        }
        assertThat(encoded).hasValue(3);
        stream.close();
        publish(1);
        assertThat(open).as("an ended stream keeps nothing").hasValue(0);
    }

    @Test
    void followingCountsNothing() throws Exception {
        publish(0);
        publish(1);
        try (LiveStream.Published seen = stream.follow(0, LONG).orElseThrow()) {
            assertThat(seen.sequence()).isEqualTo(2);
        }

        assertThat(stream.framesSent()).isZero();
        assertThat(stream.framesSuperseded()).isZero();
        stream.countSent();
        stream.countSuperseded(3);
        assertThat(stream.framesSent()).isEqualTo(1);
        assertThat(stream.framesSuperseded()).isEqualTo(3);
        stream.close();
    }

    @Test
    void saysWhatItsCameraIsDoing() {
        assertThat(stream.state()).isEqualTo(new LiveStream.State.Waiting());
        publish(0);
        assertThat(stream.state()).isEqualTo(new LiveStream.State.Live());
        stream.sourceEnded();
        assertThat(stream.state()).isEqualTo(new LiveStream.State.Ended());
        stream.sourceFailed("the cable is cut");
        assertThat(stream.state()).isEqualTo(new LiveStream.State.Failed("the cable is cut"));
        stream.close();
    }

    @Test
    void sumsWhereTheTimeWent() {
        publish(0);
        publish(1);

        assertThat(stream.stages().frames()).isEqualTo(2);
        assertThat(stream.stages().queueSeconds()).isEqualTo(0.002);
        assertThat(stream.stages().preprocessSeconds()).isEqualTo(0.004);
        assertThat(stream.stages().inferSeconds()).isEqualTo(0.006);
        assertThat(stream.stages().postprocessSeconds()).isEqualTo(0.008);
        stream.close();
    }

    private long see(long seen) throws InterruptedException {
        try (LiveStream.Published published = stream.awaitNewer(seen, LONG).orElseThrow()) {
            return published.sequence();
        }
    }

    private void publish(long index) {
        Result result = new Result(
                "id",
                "street",
                Optional.of(new Result.Origin("gate", index)),
                Instant.EPOCH,
                1,
                1,
                Findings.NONE,
                new Result.Timings(
                        Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3), Duration.ofMillis(4)));
        PictureCodec codec = new PictureCodec() {
            @Override
            public Picture decode(MemorySegment bytes) {
                throw new AssertionError("not asked for");
            }

            @Override
            public byte[] encodeJpeg(Picture picture, int quality) {
                encoded.incrementAndGet();
                return new byte[1];
            }

            @Override
            public byte[] encodeSmallJpeg(Picture picture, int maxWidth, int quality) {
                encoded.incrementAndGet();
                return new byte[] {1, (byte) (maxWidth / 2)};
            }

            @Override
            public byte[] encodePng(Picture picture) {
                throw new AssertionError("not asked for");
            }
        };
        ResultPainter painter = (picture, findings) -> picture();
        stream.publish(new LiveFrame(result, picture(), codec, painter));
    }

    private Picture picture() {
        open.incrementAndGet();
        Picture.Plane plane = new Picture.Plane(MemorySegment.ofArray(new byte[3]), 3);
        return new Picture(1, 1, PixelFormat.RGB24, ColourSpace.BT601_FULL, List.of(plane), open::decrementAndGet);
    }
}
