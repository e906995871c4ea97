package io.penstock.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "250ms,PT0.25S",
        "5s,PT5S",
        "1.5m,PT90S",
        "2h,PT2H",
        "0.000000001d,PT0.0000864S",
        "1.999us,PT0.000001999S",
        "0.0009us,PT0S",
        "106751d,P106751D"
    })
    void readsWhatDocumentsWrite(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "1.s", ".5s", "-1s", "1 s", "5S", "1e3s", "1.0000000001s", "1234567890s"})
    void refusesWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be a duration such as 250ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"106752d", "106751.999999999d", "999999999h"})
    void refusesWhatIsLongerThanALongOfNanoseconds(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).hasMessage("must be shorter than 292 years");
    }

    @Test
    void agreesWithExactDecimals() {
        Random random = new Random(1);
        long[] units = {1, 1000, 1L << 20, 1L << 40, 86_400_000_000_000L};
        for (int i = 0; i < 100_000; i++) {
            String number =
                    random.nextInt(0, 1000) + "." + "0".repeat(random.nextInt(0, 3)) + random.nextInt(1_000_000);
            long unit = units[random.nextInt(units.length)];
            assertThat(Decimals.times(number, unit))
                    .isEqualTo(new BigDecimal(number)
                            .multiply(BigDecimal.valueOf(unit))
                            .longValue());
        }
    }
}
