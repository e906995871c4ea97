package io.penstock.app.client;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The load on one model.
 *
 * @param lanes how many requests can be under way at once, and what makes them
 * @param rate requests a second, sent whether or not earlier ones were answered (an open loop); empty for a closed loop,
 *     in which each lane sends again as soon as it was answered
 */
public record Load(String name, List<Lane> lanes, OptionalDouble rate) {
    public Load {
        lanes = List.copyOf(lanes);
        if (lanes.isEmpty()) {
            throw new IllegalArgumentException("a load needs at least one lane");
        }
        if (rate.isPresent() && !(rate.getAsDouble() > 0)) {
            throw new IllegalArgumentException("a rate must be above 0: " + rate.getAsDouble());
        }
    }

    /** How long it goes on. */
    public record Times(Duration warmUp, Duration measured) {}
}
