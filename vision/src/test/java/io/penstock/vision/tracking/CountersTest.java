package io.penstock.vision.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Tally;
import io.penstock.pipeline.frame.Track;
import io.penstock.spec.StepSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Lines and areas, on objects whose tracks are given. */
class CountersTest {
    private static final Duration LOST = Duration.ofSeconds(1);

    private final LineCounter gate = new LineCounter(
            List.of(new StepSpec.Line("gate", List.of(0.0, 100.0), List.of(200.0, 100.0), StepSpec.ZonePoint.CENTRE)),
            LOST);
    private final ZoneCounter yard = new ZoneCounter(
            Map.of("yard", List.of(List.of(0.0, 0.0), List.of(100.0, 0.0), List.of(100.0, 100.0), List.of(0.0, 100.0))),
            StepSpec.ZonePoint.FOOT,
            LOST);
    private long millis;

    private static Detection centred(long id, double x, double y) {
        Box box = new Box((float) x - 10, (float) y - 20, 20, 40);
        return new Detection("car", 2, 0.9f, box)
                .withTrack(new Track(id, true, Duration.ZERO, List.of(), List.of(), List.of()));
    }

    private Findings cross(Detection... detections) {
        millis += 40;
        return gate.update(new Findings(List.of(detections)), Duration.ofMillis(millis));
    }

    private static List<Track.Crossing> crossings(Findings findings) {
        return findings.detections().getFirst().track().orElseThrow().crossings();
    }

    @Test
    void countsEachWayAndSaysItInTheFrameOfTheCrossing() {
        cross(centred(1, 50, 80), centred(2, 60, 130));
        Findings crossed = cross(centred(1, 50, 120), centred(2, 60, 70));
        assertThat(crossings(crossed)).containsExactly(new Track.Crossing("gate", Track.Direction.FORWARD));
        assertThat(crossed.tallies()).containsExactly(new Tally.Line("gate", 1, 1));
        Findings after = cross(centred(1, 50, 140));
        assertThat(crossings(after)).isEmpty();
        assertThat(after.tallies()).containsExactly(new Tally.Line("gate", 1, 1));
    }

    @Test
    void tremblingUponTheLineIsNoCrossing() {
        cross(centred(1, 50, 90));
        for (int i = 0; i < 50; i++) {
            assertThat(crossings(cross(centred(1, 50, i % 2 == 0 ? 98.5 : 101.5))))
                    .isEmpty();
        }
        assertThat(crossings(cross(centred(1, 50, 110)))).hasSize(1);
    }

    @Test
    void passingTheLinesEndIsNoCrossing() {
        cross(centred(1, 210, 80));
        assertThat(crossings(cross(centred(1, 210, 120)))).isEmpty();
        // Round the end and then back through the line.
        cross(centred(1, 150, 120));
        assertThat(crossings(cross(centred(1, 150, 80))))
                .containsExactly(new Track.Crossing("gate", Track.Direction.BACKWARD));
    }

    @Test
    void objectsThatAreNotFollowedDoNotCross() {
        Detection loose = new Detection("car", 2, 0.9f, new Box(40, 60, 20, 40));
        cross(loose);
        assertThat(cross(new Detection("car", 2, 0.9f, new Box(40, 120, 20, 40)))
                        .tallies())
                .containsExactly(new Tally.Line("gate", 0, 0));
    }

    private Findings stay(long at, Detection... detections) {
        return yard.update(new Findings(List.of(detections)), Duration.ofMillis(at));
    }

    @Test
    void timesStaysAndCountsWhoCameAndWent() {
        assertThat(stay(0, centred(1, 50, 95)).tallies())
                .containsExactly(new Tally.Zone("yard", 0, 0, 0, Duration.ZERO)); // its foot is at 115
        stay(1000, centred(1, 50, 50), centred(2, 60, 50));
        Findings later = stay(1500, centred(1, 50, 50), centred(2, 300, 50));
        assertThat(later.detections().getFirst().track().orElseThrow().stays())
                .containsExactly(new Track.Stay("yard", Duration.ofMillis(500)));
        // The second was seen inside at 1000 only.
        assertThat(later.tallies()).containsExactly(new Tally.Zone("yard", 1, 2, 1, Duration.ZERO));
        assertThat(stay(2600).tallies()).containsExactly(new Tally.Zone("yard", 0, 2, 2, Duration.ofMillis(500)));
    }

    @Test
    void aShortAbsenceDoesNotEndAStay() {
        stay(0, centred(1, 50, 50));
        stay(500);
        Findings again = stay(900, centred(1, 50, 50));
        assertThat(again.detections().getFirst().track().orElseThrow().stays())
                .containsExactly(new Track.Stay("yard", Duration.ofMillis(900)));
        assertThat(again.tallies()).containsExactly(new Tally.Zone("yard", 1, 1, 0, Duration.ZERO));
    }

    @Test
    void withoutTracksOnlyWhoIsThereIsCounted() {
        Findings found = stay(0, new Detection("car", 2, 0.9f, new Box(40, 20, 20, 40)));
        assertThat(found.tallies()).containsExactly(new Tally.Zone("yard", 1, 0, 0, Duration.ZERO));
        assertThat(found.detections().getFirst().track()).isEmpty();
    }
}
