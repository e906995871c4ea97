package io.penstock.vision.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Track;
import java.time.Duration;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Small cases, counted by hand after TrackEval's definitions. */
class TrackingEvaluationTest {
    private static final Offset<Double> EXACT = within(1e-9);
    private static final Box HERE = new Box(0, 0, 10, 10);
    private static final Box THERE = new Box(100, 0, 10, 10);
    /** Overlaps {@link #HERE} by 0.6. */
    private static final Box PART = new Box(0, 0, 6, 10);

    private final TrackingEvaluation evaluation = new TrackingEvaluation();

    private static Detection found(long id, Box box) {
        return new Detection("car", 2, 0.9f, box)
                .withTrack(new Track(id, true, Duration.ZERO, List.of(), List.of(), List.of()));
    }

    private static TrackTruth truth(long identity, Box box) {
        return new TrackTruth(identity, "car", box);
    }

    @Test
    void perfectTracksScoreOne() {
        for (int frame = 0; frame < 5; frame++) {
            evaluation.add(List.of(truth(4, HERE), truth(5, THERE)), List.of(found(1, HERE), found(2, THERE)));
        }
        assertThat(evaluation.result()).isEqualTo(new TrackingScores(1, 1, 1, 1, 1, 0, 0, 0, 10));
    }

    /** MOTA: 4 truths, 1 switch. IDF1: 2 right, 2 missed, 2 false. HOTA: A = 2 / (4 + 2 - 2) for every finding. */
    @Test
    void aTrackThatBreaksInTheMiddle() {
        for (int frame = 0; frame < 4; frame++) {
            evaluation.add(List.of(truth(4, HERE)), List.of(found(frame < 2 ? 1 : 2, HERE)));
        }
        TrackingScores scores = evaluation.result();
        assertThat(scores.mota()).isCloseTo(0.75, EXACT);
        assertThat(scores.switches()).isEqualTo(1);
        assertThat(scores.idf1()).isCloseTo(0.5, EXACT);
        assertThat(scores.detA()).isCloseTo(1, EXACT);
        assertThat(scores.assA()).isCloseTo(0.5, EXACT);
        assertThat(scores.hota()).isCloseTo(Math.sqrt(0.5), EXACT);
    }

    /**
     * Found in two of three frames at an overlap of 0.6, and a false alarm. Up to 0.6, that is at 12 of the 19 overlaps,
     * DetA is 2 / 4 and AssA 2 / (3 + 2 - 2); beyond, nothing is found.
     */
    @Test
    void aMissAFalseAlarmAndBoxesThatFitByHalf() {
        evaluation.add(List.of(truth(4, HERE)), List.of(found(1, PART)));
        evaluation.add(List.of(truth(4, HERE)), List.of(found(1, PART), found(9, THERE)));
        evaluation.add(List.of(truth(4, HERE)), List.of());
        TrackingScores scores = evaluation.result();
        assertThat(scores.mota()).isCloseTo(1 / 3.0, EXACT);
        assertThat(scores.misses()).isEqualTo(1);
        assertThat(scores.falseAlarms()).isEqualTo(1);
        assertThat(scores.idf1()).isCloseTo(2 / 3.0, EXACT);
        assertThat(scores.detA()).isCloseTo(12 / 19.0 * 0.5, EXACT);
        assertThat(scores.assA()).isCloseTo(12 / 19.0 * 2 / 3, EXACT);
        assertThat(scores.hota()).isCloseTo(12 / 19.0 * Math.sqrt(1 / 3.0), EXACT);
    }

    /** Both objects swap ids at half time: two switches of eight; A = 2 / (4 + 4 - 2). */
    @Test
    void idsThatAreSwapped() {
        for (int frame = 0; frame < 4; frame++) {
            evaluation.add(
                    List.of(truth(4, HERE), truth(5, THERE)),
                    List.of(found(frame < 2 ? 1 : 2, HERE), found(frame < 2 ? 2 : 1, THERE)));
        }
        TrackingScores scores = evaluation.result();
        assertThat(scores.mota()).isCloseTo(0.75, EXACT);
        assertThat(scores.idf1()).isCloseTo(0.5, EXACT);
        assertThat(scores.hota()).isCloseTo(Math.sqrt(1 / 3.0), EXACT);
    }

    /** CLEAR keeps to the id of the frame before where its overlap still does, though another fits better. */
    @Test
    void whatWasRightBeforeStaysRight() {
        evaluation.add(List.of(truth(4, HERE)), List.of(found(1, HERE)));
        evaluation.add(List.of(truth(4, HERE)), List.of(found(1, PART), found(2, HERE)));
        assertThat(evaluation.result().switches()).isZero();
        assertThat(evaluation.result().mota()).isCloseTo(0.5, EXACT);
    }

    /** Another id before and after an absence is a switch, too. */
    @Test
    void anObjectThatReturnsUnderAnotherIdIsASwitch() {
        evaluation.add(List.of(truth(4, HERE)), List.of(found(1, HERE)));
        evaluation.add(List.of(truth(4, HERE)), List.of(found(3, THERE)));
        evaluation.add(List.of(truth(4, HERE)), List.of(found(2, HERE)));
        assertThat(evaluation.result().switches()).isEqualTo(1);
        assertThat(evaluation.result().mota()).isCloseTo(0, EXACT);
    }

    @Test
    void ignoredTruthCountsNeitherWay() {
        TrackTruth hidden = new TrackTruth(5, "car", THERE, true);
        evaluation.add(List.of(truth(4, HERE), hidden), List.of(found(1, HERE), found(2, THERE)));
        evaluation.add(List.of(truth(4, HERE), hidden), List.of(found(1, HERE)));
        assertThat(evaluation.result()).isEqualTo(new TrackingScores(1, 1, 1, 1, 1, 0, 0, 0, 2));
    }

    @Test
    void classesAndSequencesAddUpAndIdsBeginAnew() {
        evaluation.add(List.of(truth(4, HERE)), List.of(found(1, HERE)));
        evaluation.endSequence();
        evaluation.add(
                List.of(truth(4, HERE)), List.of(found(2, HERE), found(3, THERE).labelled("bus")));
        TrackingScores scores = evaluation.result();
        assertThat(scores.switches()).isZero();
        assertThat(scores.mota()).isCloseTo(0.5, EXACT);
        assertThat(scores.idf1()).isCloseTo(2 / 2.5, EXACT);
        assertThat(scores.hota()).isCloseTo(Math.sqrt(2 / 3.0), EXACT);
    }

    @Test
    void findingsWithoutATrackDoNotCount() {
        evaluation.add(List.of(truth(4, HERE)), List.of(new Detection("car", 2, 1, HERE)));
        assertThat(evaluation.result().misses()).isEqualTo(1);
        assertThat(evaluation.result().falseAlarms()).isZero();
    }
}
