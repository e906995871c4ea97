package io.penstock.vision.tracking;

import io.penstock.pipeline.frame.Track;
import java.util.ArrayList;
import java.util.List;

/**
 * Where an object has been, over all of its life and in bounded room: when it is full, every second position goes, and
 * from then on half as many are kept.
 */
final class Trajectory {
    private final int most;
    private final List<Track.Position> kept = new ArrayList<>();
    private long seen;
    private long stride = 1;

    /** @param most positions that {@link #positions} gives; 0 for none */
    Trajectory(int most) {
        this.most = most;
    }

    void add(Track.Position position) {
        if (most < 2 || seen++ % stride != 0) {
            return;
        }
        if (kept.size() == most - 1) {
            int left = 0;
            for (int i = 0; i < kept.size(); i += 2) {
                kept.set(left++, kept.get(i));
            }
            kept.subList(left, kept.size()).clear();
            stride *= 2;
            if ((seen - 1) % stride != 0) {
                return;
            }
        }
        kept.add(position);
    }

    /** Oldest first, {@code newest} at the end. */
    List<Track.Position> positions(Track.Position newest) {
        if (most == 0) {
            return List.of();
        }
        List<Track.Position> positions = new ArrayList<>(kept);
        if (positions.isEmpty() || !positions.getLast().equals(newest)) {
            positions.add(newest);
        }
        return positions;
    }
}
