package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InterruptsTest {
    @Test
    void theFirstOneInterruptsAStart() {
        Interrupts interrupts = new Interrupts();
        interrupts.beginStart();
        interrupts.arrived();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void oneBeforeTheStartInterruptsItToo() {
        Interrupts interrupts = new Interrupts();
        interrupts.arrived();
        interrupts.beginStart();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void oneThatComesTooLateForTheStartIsKeptForTheDrain() throws InterruptedException {
        Interrupts interrupts = new Interrupts();
        interrupts.beginStart();
        interrupts.arrived();
        interrupts.endStart();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(interrupts.await(0)).isTrue();
    }
}
