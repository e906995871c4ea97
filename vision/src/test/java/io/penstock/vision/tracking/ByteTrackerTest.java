package io.penstock.vision.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Track;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ByteTrackerTest {
    private final ByteTracker tracker = new ByteTracker(TrackingSettings.usual());

    private static Detection seen(String label, double score, double x, double y) {
        return new Detection(label, 0, (float) score, new Box((float) x, (float) y, 40, 80));
    }

    private List<Detection> update(long frame, Detection... detections) {
        return tracker.update(List.of(detections), frame, Duration.ofMillis(40 * frame));
    }

    private static List<Long> ids(List<Detection> detections) {
        return detections.stream()
                .map(detection -> detection.track().map(Track::id).orElse(0L))
                .toList();
    }

    @Test
    void givesAnIdOnceAnObjectIsSeenTwiceAndKeepsIt() {
        assertThat(ids(update(0, seen("car", 0.9, 10, 10)))).containsExactly(0L);
        assertThat(ids(update(1, seen("car", 0.9, 14, 10)))).containsExactly(1L);
        for (int frame = 2; frame < 100; frame++) {
            assertThat(ids(update(frame, seen("car", 0.9, 10 + 4 * frame, 10)))).containsExactly(1L);
        }
    }

    @Test
    void weakDetectionsContinueAnObjectAndNeverBeginOne() {
        update(0, seen("car", 0.9, 10, 10));
        update(1, seen("car", 0.9, 10, 10));
        List<Detection> both = update(2, seen("car", 0.2, 11, 10), seen("car", 0.3, 400, 10));
        assertThat(ids(both)).containsExactly(1L);
        assertThat(both.getFirst().score()).isEqualTo(0.2f);
        assertThat(update(3, seen("car", 0.05, 11, 10))).isEmpty();
    }

    @Test
    void findsAnObjectAgainThatWasHiddenAndWentOn() {
        for (int frame = 0; frame < 20; frame++) {
            update(frame, seen("car", 0.9, 10 + 6 * frame, 10));
        }
        for (int frame = 20; frame < 35; frame++) {
            assertThat(update(frame)).isEmpty();
        }
        assertThat(ids(update(35, seen("car", 0.9, 10 + 6 * 35, 10)))).containsExactly(1L);
    }

    @Test
    void forgetsAfterAWhileAndNeverGivesAnIdTwice() {
        update(0, seen("car", 0.9, 10, 10));
        update(1, seen("car", 0.9, 10, 10));
        update(40);
        assertThat(tracker.remembered()).isZero();
        update(41, seen("car", 0.9, 10, 10));
        assertThat(ids(update(42, seen("car", 0.9, 10, 10)))).containsExactly(2L);
        update(0, seen("car", 0.9, 10, 10));
        assertThat(ids(update(1, seen("car", 0.9, 10, 10)))).containsExactly(3L);
    }

    @Test
    void twoThatPassEachOtherKeepTheirIds() {
        for (int frame = 0; frame < 60; frame++) {
            List<Long> ids =
                    ids(update(frame, seen("car", 0.9, 10 + 8 * frame, 10), seen("car", 0.8, 490 - 8 * frame, 30)));
            assertThat(ids).isEqualTo(frame == 0 ? List.of(0L, 0L) : List.of(1L, 2L));
        }
    }

    @Test
    void dropsOfFramesMoveExpectationsOn() {
        for (int frame = 0; frame < 20; frame++) {
            update(frame, seen("car", 0.9, 10 + 12 * frame, 10));
        }
        // Twelve dropped frames: 144 pixels farther, and the box is 40 wide.
        assertThat(ids(update(32, seen("car", 0.9, 10 + 12 * 32, 10)))).containsExactly(1L);
    }

    @Test
    void labelsDoNotMix() {
        for (int frame = 0; frame < 3; frame++) {
            update(frame, seen("person", 0.9, 10, 10), seen("bicycle", 0.9, 12, 14));
        }
        List<Detection> one = update(3, seen("bicycle", 0.9, 10, 10));
        assertThat(ids(one)).containsExactly(2L);
    }

    @Test
    void thresholdsOfLabelsDecideWhatIsStrong() {
        ByteTracker own = new ByteTracker(
                new TrackingSettings(0.5f, Map.of("car", 0.8f), 0.1f, 0.2f, 1, Duration.ofSeconds(1), 0, 0.5f));
        List<Detection> found =
                own.update(List.of(seen("car", 0.7, 10, 10), seen("bus", 0.7, 300, 10)), 0, Duration.ZERO);
        assertThat(found).extracting(Detection::label).containsExactly("bus");
        assertThat(found.getFirst().track().orElseThrow().trajectory()).isEmpty();
    }

    @Test
    void tellsWhatMovesFromWhatTrembles() {
        Random random = new Random(1);
        List<Detection> last = List.of();
        for (int frame = 0; frame < 500; frame++) {
            double trembling = 2 * random.nextGaussian();
            last = update(
                    frame, seen("car", 0.9, 10 + trembling, 10 + trembling), seen("bus", 0.9, 100 + 0.5 * frame, 200));
        }
        assertThat(last.get(0).track().orElseThrow().moving()).isFalse();
        assertThat(last.get(1).track().orElseThrow().moving()).isTrue();
    }

    @Test
    void trajectoriesReachOverAllOfALifeInBoundedRoom() {
        List<Detection> last = List.of();
        for (int frame = 0; frame < 3000; frame++) {
            last = update(frame, seen("car", 0.9, frame, 10));
            assertThat(last.getFirst()
                            .track()
                            .map(Track::trajectory)
                            .map(List::size)
                            .orElse(0))
                    .isLessThanOrEqualTo(32);
        }
        List<Track.Position> way = last.getFirst().track().orElseThrow().trajectory();
        assertThat(way.size()).isGreaterThanOrEqualTo(16);
        assertThat(way.getFirst()).isEqualTo(new Track.Position(20, 50));
        assertThat(way.getLast()).isEqualTo(new Track.Position(2999 + 20, 50));
        float step = way.get(1).x() - way.get(0).x();
        for (int i = 1; i < way.size() - 1; i++) {
            assertThat(way.get(i).x() - way.get(i - 1).x()).isEqualTo(step);
        }
    }

    @Test
    void noiseLeavesNothingBehindAndUsesNoIdsUp() {
        Random random = new Random(2);
        Set<Long> ids = new HashSet<>();
        for (int frame = 0; frame < 2000; frame++) {
            List<Detection> noise = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                noise.add(seen("car", 0.6, random.nextInt(100_000), random.nextInt(100_000)));
            }
            ids.addAll(ids(tracker.update(noise, frame, Duration.ZERO)));
            assertThat(tracker.remembered()).isLessThanOrEqualTo(3);
        }
        assertThat(ids).containsExactly(0L);
    }

    @Test
    void aStreamWhoseClockStandsStillForgetsByFrames() {
        for (int frame = 0; frame < 3; frame++) {
            tracker.update(List.of(seen("car", 0.9, 10, 10)), frame, Duration.ZERO);
        }
        tracker.update(List.of(), 900, Duration.ZERO);
        assertThat(tracker.remembered()).isEqualTo(1);
        tracker.update(List.of(), 1100, Duration.ZERO);
        assertThat(tracker.remembered()).isZero();
    }
}
