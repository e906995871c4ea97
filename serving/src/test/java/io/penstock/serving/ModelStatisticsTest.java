package io.penstock.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.serving.ModelStatistics.BatchSize;
import io.penstock.serving.ModelStatistics.Phases;
import org.junit.jupiter.api.Test;

class ModelStatisticsTest {
    private final ModelStatistics statistics = new ModelStatistics();

    @Test
    void batchSizesAddUpToTheExecutions() {
        statistics.executed(2, 5, new Phases(1, 10, 3));
        statistics.executed(1, 5, new Phases(2, 20, 4));
        statistics.executed(1, 1, new Phases(0, 7, 0));

        assertThat(statistics.batchSizes())
                .containsExactly(new BatchSize(1, 1, new Phases(0, 7, 0)), new BatchSize(5, 2, new Phases(3, 30, 7)));
        assertThat(statistics.executions()).isEqualTo(3);
        assertThat(statistics.items()).isEqualTo(11);
        assertThat(statistics.inputTime().count()).isEqualTo(4);
        assertThat(statistics.outputTime().count()).isEqualTo(4);
    }

    @Test
    void callersWhoChooseEverySizeDoNotFillTheMemory() {
        for (int size = 1; size <= 5_000; size++) {
            statistics.executed(1, size, new Phases(0, 1, 0));
        }

        assertThat(statistics.batchSizes()).hasSizeLessThanOrEqualTo(512);
        assertThat(statistics.batchSizes().stream()
                        .mapToLong(BatchSize::executions)
                        .sum())
                .isEqualTo(5_000);
    }
}
