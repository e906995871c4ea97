package io.penstock.serving;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShortWorkTest {
    private final ShortWork work = new ShortWork();

    private void took(int times, long micros) {
        for (int i = 0; i < times; i++) {
            work.took(micros * 1000);
        }
    }

    @Test
    void isShortOnceDozensWere() {
        took(10, 15);
        assertThat(work.isShort()).isFalse();
        took(50, 15);
        assertThat(work.isShort()).isTrue();
    }

    @Test
    void isNeverShortWhereEachIsLong() {
        took(1_000, 80);
        assertThat(work.isShort()).isFalse();
    }

    @Test
    void oneThatIsVeryLongEndsItAtOnce() {
        took(100, 15);
        took(1, 5_000);
        assertThat(work.isShort()).isFalse();
    }

    @Test
    void aPauseOfTheProcessorDoesNotEndIt() {
        took(100, 15);
        took(1, 300);
        assertThat(work.isShort()).isTrue();
    }
}
