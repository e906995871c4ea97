package io.penstock.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ServerLimitsTest {
    @Test
    void givesALargerAnswerMoreTime() {
        ServerLimits.Protocols slow =
                new ServerLimits.Protocols(Duration.ofSeconds(10), 1000, 500, 16 << 10, 256, 100, 32, 1024, 256);
        ServerLimits limits = new ServerLimits(
                1 << 20,
                16 << 10,
                100,
                Duration.ofSeconds(60),
                new ServerLimits.Pace(1, Duration.ofSeconds(60)),
                Duration.ofSeconds(20),
                Duration.ofSeconds(7),
                slow);
        assertThat(limits.answerDeadline(999)).isEqualTo(Duration.ofSeconds(7));
        assertThat(limits.answerDeadline(5_000)).isEqualTo(Duration.ofSeconds(12));
    }

    @Test
    void refusesLimitsThatNothingCouldKeep() {
        assertThatThrownBy(() ->
                        new ServerLimits.Protocols(Duration.ofSeconds(10), 1000, 0, 16 << 10, 256, 100, 32, 1024, 256))
                .hasMessage("each limit of a protocol must be at least 1: 0");
    }
}
