package io.penstock.vision.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PrecisionEvaluationTest {
    private static final Box HERE = new Box(0, 0, 10, 10);
    private static final Box THERE = new Box(100, 100, 10, 10);

    private static Truth car(Box box) {
        return new Truth("car", box);
    }

    private static Detection found(String label, double score, Box box) {
        return new Detection(label, 0, (float) score, box);
    }

    private static AveragePrecision score(List<Truth> truths, List<Detection> detections) {
        PrecisionEvaluation evaluation = new PrecisionEvaluation();
        evaluation.add(truths, detections);
        return evaluation.result();
    }

    @Test
    void perfectDetectionsScoreOneAndNoneScoreZero() {
        AveragePrecision perfect =
                score(List.of(car(HERE), car(THERE)), List.of(found("car", 0.9, HERE), found("car", 0.8, THERE)));
        assertThat(perfect.map50()).isEqualTo(1);
        assertThat(perfect.map50To95()).isCloseTo(1, within(1e-12));
        assertThat(perfect.pictures()).isEqualTo(1);
        assertThat(score(List.of(car(HERE)), List.of()).map50()).isZero();
        assertThat(score(List.of(), List.of(found("car", 0.9, HERE))).map50()).isZero();
    }

    /** Precision is 1 up to recall 0.5, then 2/3: 51 recalls of 1 and 50 of 2/3. */
    @Test
    void aWrongOneBetweenTwoRightOnesCostsAsComputedByHand() {
        AveragePrecision result = score(
                List.of(car(HERE), car(THERE)),
                List.of(found("car", 0.9, HERE), found("car", 0.8, new Box(50, 50, 10, 10)), found("car", 0.7, THERE)));
        assertThat(result.map50()).isCloseTo((51 + 50 * 2 / 3.0) / 101, within(1e-9));
    }

    /** One of two found: recalls 0 to 0.50 have precision 1, the other 50 have 0. */
    @Test
    void aMissedOneLeavesItsRecallEmpty() {
        assertThat(score(List.of(car(HERE), car(THERE)), List.of(found("car", 0.9, HERE)))
                        .map50())
                .isCloseTo(51 / 101.0, within(1e-9));
    }

    /** The overlap is 80 / 100 = 0.8: found at 0.50 to 0.80, which are 7 of 10 thresholds. */
    @Test
    void anOverlapOfFourFifthsCountsAtSevenThresholds() {
        AveragePrecision result = score(List.of(car(HERE)), List.of(found("car", 0.9, new Box(0, 0, 10, 8))));
        assertThat(result.map50()).isEqualTo(1);
        assertThat(result.map50To95()).isCloseTo(0.7, within(1e-9));
    }

    @Test
    void aSecondDetectionOfOneObjectIsWrong() {
        // Sorted: right, wrong, right. The wrong one stands before the last recall.
        AveragePrecision result = score(
                List.of(car(HERE), car(THERE)),
                List.of(found("car", 0.9, HERE), found("car", 0.8, HERE), found("car", 0.7, THERE)));
        assertThat(result.map50()).isCloseTo((51 + 50 * 2 / 3.0) / 101, within(1e-9));
    }

    @Test
    void detectionsInAnIgnoredRegionCountNeitherWayHoweverMany() {
        List<Truth> truths = List.of(car(HERE), new Truth("car", new Box(100, 100, 40, 40), true));
        List<Detection> detections = List.of(
                found("car", 0.99, new Box(100, 100, 10, 10)),
                found("car", 0.98, new Box(120, 110, 12, 10)),
                found("car", 0.9, HERE));
        assertThat(score(truths, detections).map50()).isEqualTo(1);
        assertThat(score(truths, detections).classes().getFirst().truths()).isEqualTo(1);
    }

    @Test
    void aDetectionMostlyOutsideAnIgnoredRegionIsWrong() {
        List<Truth> truths = List.of(car(HERE), new Truth("car", new Box(100, 100, 40, 40), true));
        AveragePrecision result =
                score(truths, List.of(found("car", 0.99, new Box(90, 100, 16, 10)), found("car", 0.9, HERE)));
        assertThat(result.map50()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void anIgnoredRegionOfAnotherLabelForgivesNothing() {
        List<Truth> truths = List.of(car(HERE), new Truth("bus", THERE, true));
        AveragePrecision result = score(truths, List.of(found("car", 0.99, THERE), found("car", 0.9, HERE)));
        assertThat(result.map50()).isCloseTo(0.5, within(1e-9));
        assertThat(result.classes()).extracting(AveragePrecision.OfClass::label).containsExactly("car");
    }

    @Test
    void classesWithoutTruthAreLeftOutOfTheMean() {
        AveragePrecision result = score(List.of(car(HERE)), List.of(found("car", 0.9, HERE), found("bus", 0.9, THERE)));
        assertThat(result.map50()).isEqualTo(1);
        assertThat(result.classes()).hasSize(1);
    }

    @Test
    void onlyTheBestThreeHundredOfAPictureCount() {
        List<Detection> detections = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            detections.add(found("bus", 0.9, THERE));
        }
        detections.add(found("car", 0.1, HERE));
        assertThat(score(List.of(car(HERE)), detections).map50()).isZero();
        assertThat(score(List.of(car(HERE)), detections.subList(1, 301)).map50())
                .isEqualTo(1);
    }

    @Test
    void picturesAreScoredTogetherByScore() {
        PrecisionEvaluation evaluation = new PrecisionEvaluation();
        evaluation.add(List.of(car(HERE)), List.of(found("car", 0.5, HERE)));
        evaluation.add(List.of(), List.of(found("car", 0.9, HERE)));
        // The wrong one comes first: precision 1/2 at every recall.
        assertThat(evaluation.result().map50()).isCloseTo(0.5, within(1e-9));
        assertThat(evaluation.result().pictures()).isEqualTo(2);
    }

    @Test
    void theCurveHasThePrecisionAtEachRecall() {
        AveragePrecision result = score(
                List.of(car(HERE), car(THERE)),
                List.of(found("car", 0.9, HERE), found("car", 0.8, new Box(50, 50, 10, 10)), found("car", 0.7, THERE)));
        List<Double> curve = result.classes().getFirst().curve();
        assertThat(curve).hasSize(101);
        assertThat(curve.subList(0, 51)).containsOnly(1.0);
        assertThat(curve.subList(51, 101)).allSatisfy(each -> assertThat(each).isCloseTo(2 / 3.0, within(1e-9)));
        assertThat(result.meanCurve()).isEqualTo(curve);
    }

    /** F1 is 2/3 at 0.9 (precision 1, recall 1/2), 1/2 at 0.8 and 4/5 at 0.7 (2/3 and 1). */
    @Test
    void theBestThresholdHasTheHighestF1() {
        AveragePrecision.Balance balance = score(
                        List.of(car(HERE), car(THERE)),
                        List.of(
                                found("car", 0.9, HERE),
                                found("car", 0.8, new Box(50, 50, 10, 10)),
                                found("car", 0.7, THERE),
                                found("car", 0.6, new Box(70, 70, 10, 10))))
                .classes()
                .getFirst()
                .balance();
        assertThat(balance.threshold()).isCloseTo(0.7, within(1e-6));
        assertThat(balance.precision()).isCloseTo(2 / 3.0, within(1e-9));
        assertThat(balance.recall()).isEqualTo(1);
        assertThat(balance.f1()).isCloseTo(0.8, within(1e-9));
    }

    /** A threshold cannot part detections of one score. */
    @Test
    void theBestThresholdTakesAllDetectionsOfOneScore() {
        AveragePrecision.Balance balance = score(
                        List.of(car(HERE)), List.of(found("car", 0.9, HERE), found("car", 0.9, THERE)))
                .classes()
                .getFirst()
                .balance();
        assertThat(balance.precision()).isEqualTo(0.5);
    }

    @Test
    void theConfusionTableCountsMixUpsMissesAndWhatIsNotThere() {
        Box elsewhere = new Box(200, 200, 10, 10);
        List<Truth> truths = List.of(
                car(HERE), car(THERE), new Truth("bus", elsewhere), new Truth("bus", new Box(300, 300, 40, 40), true));
        ConfusionTable table = score(
                        truths,
                        List.of(
                                found("car", 0.9, HERE),
                                found("bus", 0.8, THERE),
                                found("van", 0.7, new Box(400, 400, 10, 10)),
                                found("bus", 0.6, new Box(310, 310, 10, 10)),
                                found("bus", 0.2, elsewhere)))
                .confusion();
        assertThat(table.labels()).containsExactly("bus", "car", "van");
        // Rows are true, columns found; the last of each is nothing. The bus in the ignored region is not counted.
        assertThat(table.counts())
                .containsExactly(List.of(0, 0, 0, 1), List.of(1, 1, 0, 0), List.of(0, 0, 0, 0), List.of(0, 0, 1, 0));
    }

    @Test
    void ofTwoBoxesAtOnePlaceTheOneWithTheRightLabelIsPaired() {
        ConfusionTable table = score(List.of(car(HERE)), List.of(found("bus", 0.9, HERE), found("car", 0.5, HERE)))
                .confusion();
        assertThat(table.labels()).containsExactly("bus", "car");
        assertThat(table.counts()).containsExactly(List.of(0, 0, 0), List.of(0, 1, 0), List.of(1, 0, 0));
    }

    @Test
    void aDifferenceOnAllPicturesIsClearAndOneOnAFewIsNot() {
        PrecisionEvaluation good = new PrecisionEvaluation();
        PrecisionEvaluation bad = new PrecisionEvaluation();
        PrecisionEvaluation almost = new PrecisionEvaluation();
        for (int i = 0; i < 50; i++) {
            good.add(List.of(car(HERE)), List.of(found("car", 0.9, HERE)));
            bad.add(List.of(car(HERE)), i % 2 == 0 ? List.of() : List.of(found("car", 0.9, HERE)));
            almost.add(List.of(car(HERE)), i == 0 ? List.of() : List.of(found("car", 0.9, HERE)));
        }
        Difference clear = good.less(bad);
        assertThat(clear.map50()).isCloseTo(1 - 51 / 101.0, within(1e-9));
        assertThat(clear.low()).isBetween(0.25, clear.map50());
        assertThat(clear.high()).isBetween(clear.map50(), 0.75);
        assertThat(clear.isClear()).isTrue();
        Difference unclear = good.less(almost);
        assertThat(unclear.low()).isZero();
        assertThat(unclear.isClear()).isFalse();
        assertThat(bad.less(good).high()).isNegative();
    }
}
