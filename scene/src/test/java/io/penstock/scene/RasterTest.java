package io.penstock.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RasterTest {
    private static final int SIDE = 100;
    private final Raster raster = new Raster(SIDE, SIDE);

    @BeforeEach
    void clear() {
        Brush brush = new Brush(Camera.of(new Dice(1), SIDE, SIDE), Light.of(new Dice(1)), raster);
        raster.reset(Ground.of(new byte[3 * SIDE * SIDE], List.of(), brush));
    }

    @Test
    void coversHalfAPixelByHalf() {
        raster.fill(new double[] {10.5, 20, 20, 10.5}, new double[] {10, 10, 20, 20}, 4, 0xC8C8C8);

        assertThat(red(9, 15)).isZero();
        assertThat(red(10, 15)).isCloseTo(100, within(2));
        assertThat(red(11, 15)).isEqualTo(200);
        assertThat(red(19, 15)).isEqualTo(200);
        assertThat(red(20, 15)).isZero();
    }

    @Test
    void silhouetteIsTheAreaAndWhatIsPaintedLaterHidesIt() {
        raster.own((short) 3);
        raster.circle(50, 50, 30, 0x404040);
        raster.own((short) 4);
        square(50, 0, 100, 100);

        assertThat(raster.silhouette(3)).isCloseTo((int) (Math.PI * 900), within(60));
        assertThat(raster.visible(3)).isCloseTo(raster.silhouette(3) / 2, within(40));
        assertThat(raster.visible(4)).isEqualTo(5000).isEqualTo(raster.silhouette(4));
        assertThat(raster.minX(3)).isEqualTo(20);
        assertThat(raster.maxX(3)).isEqualTo(79);
    }

    @Test
    void paintingAnObjectTwiceCountsItOnce() {
        raster.own((short) 3);
        square(10, 10, 30, 30);
        square(20, 20, 40, 40);

        assertThat(raster.silhouette(3)).isEqualTo(700).isEqualTo(raster.visible(3));
    }

    @Test
    void shadowsDoNotAddUp() {
        square(0, 0, 100, 100);
        double[] xs = {0, 50, 50, 0};
        double[] ys = {0, 0, 50, 50};
        raster.shadow(xs, ys, 4, 0.5);
        int once = red(10, 10);
        raster.shadow(xs, ys, 4, 0.5);

        assertThat(red(10, 10)).isEqualTo(once).isLessThan(red(70, 70));
    }

    @Test
    void whatLiesOutsideIsCutOff() {
        raster.own((short) 3);
        square(-1000, -1000, 5, 5000);

        assertThat(raster.silhouette(3)).isEqualTo(5 * SIDE);
    }

    private void square(double left, double top, double right, double bottom) {
        raster.fill(new double[] {left, right, right, left}, new double[] {top, top, bottom, bottom}, 4, 0x808080);
    }

    private int red(int column, int row) {
        return raster.rgb[3 * (row * SIDE + column)] & 255;
    }
}
