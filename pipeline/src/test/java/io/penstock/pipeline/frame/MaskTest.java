package io.penstock.pipeline.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Texts are what pycocotools' {@code mask.encode} gives for the same pixels. */
class MaskTest {
    @Test
    void writesCountsAsPycocotoolsDoes() {
        Mask mask = Mask.of(
                9,
                7,
                new int[] {0, 0, 9, 7},
                (x, y) -> (x >= 1 && x < 4 && y >= 2 && y < 5)
                        || (x == 6 && y == 0)
                        || (x == 8 && y == 6)
                        || (x == 5 && y >= 5));
        assertThat(mask.counts()).isEqualTo("934000:05N");
        assertThat(mask.area()).isEqualTo(13);
        Mask large = Mask.of(400, 300, new int[] {100, 40, 300, 260}, (x, y) -> true);
        assertThat(large.counts()).startsWith("hZm0l6`2000000000000").hasSize(409);
        assertThat(large.area()).isEqualTo(200L * 220);
    }

    @Test
    void asksOnlyForPixelsOfTheRectangleInsideThePicture() {
        Mask mask = Mask.of(4, 3, new int[] {-5, 1, 99, 2}, (x, y) -> {
            assertThat(y).isEqualTo(1);
            return x != 2;
        });
        assertThat(mask.runs()).containsExactly(1, 1, 2, 1, 5, 1, 1);
    }

    @Test
    void refusesRunsThatDoNotCoverThePicture() {
        assertThatThrownBy(() -> new Mask(4, 3, new int[] {1, 2}))
                .hasMessage("runs of a mask cover its 12 pixels, not 3");
    }

    @Test
    void aPartsMaskIsPlacedInTheWholePicture() {
        Mask.Pixels ring = (x, y) -> (x + 2 * y) % 3 == 0;
        Mask part = Mask.of(5, 4, new int[] {0, 0, 5, 4}, ring);
        Mask whole = Mask.of(9, 11, new int[] {2, 3, 7, 7}, (x, y) -> ring.inside(x - 2, y - 3));
        assertThat(part.placed(2, 3, 9, 11)).isEqualTo(whole);
        assertThat(part.placed(0, 0, 5, 4)).isEqualTo(part);
    }

    @Test
    void visitsExactlyThePixelsThatAreSet() {
        Mask mask = Mask.of(5, 4, new int[] {0, 0, 5, 4}, (x, y) -> x < 2 || (x == 4 && y == 1));
        StringBuilder seen = new StringBuilder();
        mask.forEachRun((x, top, bottom) -> seen.append(x + ":" + top + "-" + bottom + " "));
        assertThat(seen).hasToString("0:0-4 1:0-4 4:1-2 ");
    }
}
