package io.penstock.app;

import io.penstock.app.client.Measured;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks for the highest rate whose 99th percentile holds: first what the server does at its limit, then by halving
 * between what held and what did not, until the two are 3 % apart or eight rates were tried.
 */
final class RateSearch {
    private static final int MOST_STEPS = 8;
    private static final double CLOSE_ENOUGH = 0.03;
    private static final double DELIVERED = 0.97;
    private static final double ABOVE_CAPACITY = 1.1;

    private final Duration limit;

    /** @param limit of the 99th percentile */
    RateSearch(Duration limit) {
        this.limit = limit;
    }

    /** Puts a rate on the server for a while. */
    @FunctionalInterface
    interface Probe {
        Measured at(double rate) throws InterruptedException;
    }

    /** One rate that was tried. */
    record Step(Measured measured, boolean holds) {}

    /** @param best the highest that held, if any did */
    record Found(List<Step> steps, Optional<Step> best) {
        Found {
            steps = List.copyOf(steps);
        }
    }

    /** @param capacity requests a second that the server answers when it is never left waiting */
    Found search(double capacity, Probe probe) throws InterruptedException {
        List<Step> steps = new ArrayList<>();
        Optional<Step> best = Optional.empty();
        double holds = 0;
        double fails = capacity * ABOVE_CAPACITY;
        while (steps.size() < MOST_STEPS && fails - holds > CLOSE_ENOUGH * fails) {
            double rate = (holds + fails) / 2;
            Measured measured = probe.at(rate);
            Step step = new Step(measured, holds(measured, rate));
            steps.add(step);
            if (step.holds()) {
                holds = rate;
                best = Optional.of(step);
            } else {
                fails = rate;
            }
        }
        return new Found(steps, best);
    }

    /** Whether the percentile is within its limit, nothing failed, and what was offered was answered. */
    private boolean holds(Measured measured, double rate) {
        return measured.percentile(99).compareTo(limit) <= 0
                && measured.failed() == 0
                && measured.unsent() == 0
                && measured.rate() >= DELIVERED * rate;
    }
}
