package io.penstock.vision.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.vision.detect.AnchoredHeads.Version;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AnchorSizesTest {
    private static final List<Double> FINE = List.of(4.0, 5.0, 6.5, 7.0, 8.0, 9.0);
    private static final List<Double> COARSE = List.of(40.0, 50.0, 60.0, 70.0, 80.0, 90.0);

    private static List<Double> joined(List<Double> first, List<Double> second) {
        List<Double> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    @Test
    void takesOneListOneAHeadOrOneAnAnchor() {
        List<Double> flat = joined(FINE, COARSE);
        List<List<Double>> pairs = new ArrayList<>();
        for (int i = 0; i < flat.size(); i += 2) {
            pairs.add(flat.subList(i, i + 2));
        }
        AnchorSizes expected = new AnchorSizes(Version.V3_TINY, flat, true);
        assertThat(AnchorSizes.own(Version.V3_TINY, List.of(flat))).isEqualTo(expected);
        assertThat(AnchorSizes.own(Version.V3_TINY, List.of(FINE, COARSE))).isEqualTo(expected);
        assertThat(AnchorSizes.own(Version.V3_TINY, pairs)).isEqualTo(expected);
        assertThat(expected.inTurn()).startsWith(4, 5, 6.5f).hasSize(12);
        assertThat(expected.sentence())
                .isEqualTo("Anchors are the document's, in pixels from the finest stride on: 4 x 5, 6.5 x 7, 8 x 9;"
                        + " 40 x 50, 60 x 70, 80 x 90.");
    }

    @Test
    void refusesOtherCountsAndOtherLists() {
        assertThatThrownBy(() -> AnchorSizes.own(Version.V3_TINY, List.of(FINE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the outputs are 2 heads with 3 anchors each: 12 numbers are needed, and 6 are given");
        assertThatThrownBy(() -> AnchorSizes.own(Version.V2, List.of(FINE)))
                .hasMessage("the outputs are 1 head with 5 anchors: 10 numbers are needed, and 6 are given");
        List<Double> flat = joined(FINE, COARSE);
        assertThatThrownBy(() -> AnchorSizes.own(Version.V3_TINY, List.of(flat.subList(0, 4), flat.subList(4, 12))))
                .hasMessage("the outputs are 2 heads with 3 anchors each: write one list of 12 numbers, 2 of 6 or 6 of"
                        + " 2, not lists of 4, 8");
    }

    @Test
    void refusesHeadsFromTheCoarsestOn() {
        assertThatThrownBy(() -> AnchorSizes.own(Version.V3_TINY, List.of(COARSE, FINE)))
                .hasMessageStartingWith("anchors of the finest stride come first, but these become smaller")
                .hasMessageEndingWith(": 40 x 50, 60 x 70, 80 x 90; 4 x 5, 6.5 x 7, 8 x 9");
        // All alike, or smaller in one place only, is somebody's choice.
        AnchorSizes.own(Version.V3_TINY, List.of(FINE, FINE));
        AnchorSizes.own(Version.V3, List.of(FINE, COARSE, FINE));
    }

    @Test
    void everyPublishedSetFitsItsOwnHeads() {
        for (Version version : Version.values()) {
            AnchorSizes published = AnchorSizes.published(version);
            assertThat(AnchorSizes.own(version, List.of(published.sizes())).sizes())
                    .isEqualTo(published.sizes());
            assertThat(published.sentence()).startsWith("Anchors are the published ones, in ");
        }
    }
}
