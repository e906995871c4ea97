package io.penstock.vision.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.pipeline.frame.Box;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PlacementTest {
    @Test
    void centresAsUltralyticsDoes() {
        assertThat(Fit.CENTRED.place(new Size(1280, 720), new Size(416, 256)))
                .isEqualTo(new Placement(new Size(1280, 720), new Size(416, 256), new Size(416, 234), 0, 11));
        assertThat(Fit.CENTRED.place(new Size(810, 1080), new Size(640, 640)))
                .isEqualTo(new Placement(new Size(810, 1080), new Size(640, 640), new Size(480, 640), 80, 0));
    }

    @Test
    void putsTheSmallerHalfOfAnOddBarBefore() {
        // 640 - 427 = 213: round(106.4) above and round(106.6) below.
        Placement placement = Fit.CENTRED.place(new Size(640, 427), new Size(640, 640));
        assertThat(placement.content()).isEqualTo(new Size(640, 427));
        assertThat(placement.top()).isEqualTo(106);
    }

    @Test
    void placesAtTopLeftAndRoundsDownAsYoloxDoes() {
        assertThat(Fit.TOP_LEFT.place(new Size(1000, 333), new Size(416, 416)))
                .isEqualTo(new Placement(new Size(1000, 333), new Size(416, 416), new Size(416, 138), 0, 0));
    }

    @Test
    void keepsAPixelOfAThread() {
        assertThat(Fit.TOP_LEFT.place(new Size(5000, 1), new Size(64, 64)).content())
                .isEqualTo(new Size(64, 1));
        assertThat(Fit.CENTRED.place(new Size(1, 5000), new Size(64, 64)).content())
                .isEqualTo(new Size(1, 64));
    }

    @Test
    void coversTheInputAndCutsBothSides() {
        Placement placement = Fit.COVER.place(new Size(400, 200), new Size(100, 100));
        assertThat(placement.content()).isEqualTo(new Size(200, 100));
        assertThat(placement.left()).isEqualTo(-50);
    }

    @Test
    void wayThereAndBackIsTheSameForEveryFitAndSize() {
        Random random = new Random(11);
        for (int i = 0; i < 500; i++) {
            Size source = new Size(1 + random.nextInt(2000), 1 + random.nextInt(2000));
            Size target = new Size(32 * (1 + random.nextInt(30)), 32 * (1 + random.nextInt(30)));
            float x = random.nextFloat() * source.width();
            float y = random.nextFloat() * source.height();
            Box box = new Box(
                    x, y, random.nextFloat() * (source.width() - x), random.nextFloat() * (source.height() - y));
            for (Fit fit : Fit.values()) {
                Placement placement = fit.place(source, target);
                Box there = placement.toTarget(box);
                Box back = placement.toSource(there.x(), there.y(), there.right(), there.bottom());
                assertThat(back.x()).isCloseTo(box.x(), within(0.05f));
                assertThat(back.bottom()).isCloseTo(box.bottom(), within(0.05f));
            }
        }
    }

    @Test
    void clipsBoxesToTheSource() {
        Placement placement = Fit.CENTRED.place(new Size(100, 50), new Size(100, 100));
        assertThat(placement.toSource(-10, 10, 300, 300)).isEqualTo(new Box(0, 0, 100, 50));
        assertThat(placement.toSource(10, 0, 20, 10).area()).isZero();
    }
}
