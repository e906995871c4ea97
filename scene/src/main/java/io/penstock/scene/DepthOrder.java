package io.penstock.scene;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The order in which to paint: what may be hidden before what may hide it. */
final class DepthOrder {
    private DepthOrder() {}

    /** Farthest first; where footprints disagree in a circle, the farther centre goes first. */
    static List<Actor> of(List<Actor> actors, double cameraX) {
        List<Actor> rest = new ArrayList<>(actors);
        rest.sort(Comparator.comparingDouble((Actor actor) -> -middle(actor.footprint())));
        int count = rest.size();
        Footprint[] prints = new Footprint[count];
        for (int i = 0; i < count; i++) {
            prints[i] = rest.get(i).footprint();
        }
        int[] behind = new int[count];
        boolean[] hides = new boolean[count * count];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                if (i != j && prints[i].before(prints[j], cameraX)) {
                    hides[i * count + j] = true;
                    behind[i]++;
                }
            }
        }
        List<Actor> order = new ArrayList<>(count);
        boolean[] done = new boolean[count];
        while (order.size() < count) {
            int next = next(behind, done);
            done[next] = true;
            order.add(rest.get(next));
            for (int i = 0; i < count; i++) {
                behind[i] -= hides[i * count + next] ? 1 : 0;
            }
        }
        return order;
    }

    private static int next(int[] behind, boolean[] done) {
        int fallback = -1;
        for (int i = 0; i < done.length; i++) {
            if (!done[i] && behind[i] == 0) {
                return i;
            }
            if (!done[i] && fallback < 0) {
                fallback = i;
            }
        }
        return fallback;
    }

    private static double middle(Footprint print) {
        return (print.minY() + print.maxY()) / 2;
    }
}
