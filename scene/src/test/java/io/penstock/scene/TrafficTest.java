package io.penstock.scene;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrafficTest {
    @Test
    void vehiclesNeverDriveThroughEachOther() {
        for (long seed = 1; seed <= 30; seed++) {
            Traffic traffic = new Traffic(new Dice(seed));
            for (double time = 0; time < 30; time += 0.5) {
                List<Footprint> prints = Stream.concat(traffic.still().stream(), traffic.at(time).stream())
                        .filter(actor -> actor instanceof Car || actor instanceof Truck || actor instanceof Bus)
                        .map(Actor::footprint)
                        .toList();
                for (int i = 0; i < prints.size(); i++) {
                    for (int j = 0; j < i; j++) {
                        assertThat(meet(prints.get(i), prints.get(j)))
                                .as("seed %s, %s s: %s and %s", seed, time, prints.get(i), prints.get(j))
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void aWaitingVehicleStandsStill() {
        Motion motion = new Motion(10, 2, -3, 5, 9);

        assertThat(motion.at(5)).isEqualTo(motion.at(9)).isEqualTo(-3);
        assertThat(motion.speedAt(7)).isZero();
        assertThat(motion.speedAt(0)).isEqualTo(10);
        assertThat(motion.at(-10)).isLessThan(motion.at(4.9));
        assertThat(motion.at(30) - motion.at(29)).isEqualTo(10);
    }

    private static boolean meet(Footprint a, Footprint b) {
        return a.minX() < b.maxX() && b.minX() < a.maxX() && a.minY() < b.maxY() && b.minY() < a.maxY();
    }
}
