package io.penstock.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    @Test
    void findsWhatWasProbablyMeant() {
        assertThat(Nearest.find("modle", List.of("model", "source"))).contains("model");
        assertThat(Nearest.find("MaxBatchsize", List.of("maxBatchSize", "maxQueueDelay")))
                .contains("maxBatchSize");
    }

    @Test
    void saysNothingWhereNothingIsNear() {
        assertThat(Nearest.find("exposure", List.of("model", "source"))).isEmpty();
    }

    @Test
    void countsASwapOfNeighboursAsOneEdit() {
        assertThat(Nearest.distance("modle", "model")).isEqualTo(1);
    }
}
