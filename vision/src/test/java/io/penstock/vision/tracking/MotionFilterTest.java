package io.penstock.vision.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.pipeline.frame.Box;
import org.junit.jupiter.api.Test;

class MotionFilterTest {
    private static Box at(double frame) {
        return new Box((float) (100 + 7 * frame), (float) (50 - 2 * frame), 40, 80);
    }

    @Test
    void expectsWhatMovesEvenlyWhereItWillBeThoughFramesAreDropped() {
        MotionFilter motion = new MotionFilter(at(0));
        for (int frame = 1; frame <= 40; frame++) {
            motion.predict(1);
            motion.correct(at(frame));
        }
        motion.predict(10);
        assertThat(motion.box().x()).isCloseTo(at(50).x(), within(2f));
        assertThat(motion.box().y()).isCloseTo(at(50).y(), within(2f));
        assertThat(motion.box().width()).isCloseTo(40, within(1f));
        assertThat(motion.box().height()).isCloseTo(80, within(1f));
    }

    /**
     * The first step by hand, for a height of 80: the deviations are 8 and 5 at first; predicted, the variance is
     * 64 + 25 + 16 = 105 and the covariance 25; measured with a variance of 16, the gains are 105 / 121 and 25 / 121.
     */
    @Test
    void weighsMeasurementAndExpectationAsKalmansEquationsSay() {
        MotionFilter motion = new MotionFilter(new Box(0, 0, 40, 80));
        motion.predict(1);
        motion.correct(new Box(12.1f, 0, 40, 80));
        assertThat(motion.centreX()).isCloseTo(20 + 10.5, within(1e-4));
        motion.predict(1);
        assertThat(motion.centreX()).isCloseTo(20 + 10.5 + 2.5, within(1e-4));
    }

    @Test
    void neverGivesABoxOfNegativeSize() {
        MotionFilter motion = new MotionFilter(new Box(0, 0, 100, 100));
        for (int frame = 1; frame < 10; frame++) {
            motion.predict(1);
            motion.correct(new Box(0, 0, 100 - 10 * frame, 100 - 10 * frame));
        }
        motion.predict(50);
        assertThat(motion.box().width()).isNotNegative();
        assertThat(motion.box().height()).isNotNegative();
    }
}
