package io.penstock.vision.tracking;

import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Tally;
import io.penstock.pipeline.frame.Track;
import io.penstock.spec.StepSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts which objects cross which lines of one stream, and which way. For one thread. */
final class LineCounter {
    private final List<StepSpec.Line> lines;
    private final List<Side> sides;
    private final Map<Long, Passer> passers = new HashMap<>();
    private final Duration lostFor;
    private final long[] forward;
    private final long[] backward;
    private long frame;

    /** An object, and where it was last beside each line. */
    private static final class Passer {
        private final List<Optional<Side.Place>> places = new ArrayList<>();
        private Duration seen = Duration.ZERO;
        private long frame;
    }

    /** @param lostFor how long a track that is not seen may still come back */
    LineCounter(List<StepSpec.Line> lines, Duration lostFor) {
        this.lines = List.copyOf(lines);
        this.sides = lines.stream().map(Side::new).toList();
        this.lostFor = lostFor;
        this.forward = new long[lines.size()];
        this.backward = new long[lines.size()];
    }

    /** Forgets where objects are, and keeps the counts. */
    void restart() {
        passers.clear();
    }

    Findings update(Findings findings, Duration time) {
        frame++;
        List<Detection> detections = new ArrayList<>();
        for (Detection detection : findings.detections()) {
            Optional<Track> track = detection.track();
            detections.add(
                    track.isEmpty()
                            ? detection
                            : detection.withTrack(track.get().withCrossings(crossings(track.get(), detection, time))));
        }
        passers.values()
                .removeIf(passer -> time.minus(passer.seen).compareTo(lostFor) > 0
                        || frame - passer.frame > ByteTracker.MOST_FRAMES);
        List<Tally.Line> counts = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            counts.add(new Tally.Line(lines.get(i).name(), forward[i], backward[i]));
        }
        return findings.withDetections(detections).withTallies(counts);
    }

    private List<Track.Crossing> crossings(Track track, Detection detection, Duration time) {
        Passer passer = passers.computeIfAbsent(track.id(), _ -> new Passer());
        passer.seen = time;
        passer.frame = frame;
        List<Track.Crossing> crossings = new ArrayList<>(track.crossings());
        for (int i = 0; i < sides.size(); i++) {
            if (passer.places.size() == i) {
                passer.places.add(Optional.empty());
            }
            Optional<Side.Place> now = sides.get(i).place(detection.box());
            if (now.isEmpty()) {
                continue;
            }
            Optional<Side.Place> before = passer.places.set(i, now);
            Optional<Track.Direction> crossed =
                    before.isEmpty() ? Optional.empty() : sides.get(i).crossed(before.get(), now.get());
            if (crossed.isPresent()) {
                count(i, crossed.get());
                crossings.add(new Track.Crossing(lines.get(i).name(), crossed.get()));
            }
        }
        return crossings;
    }

    private void count(int line, Track.Direction direction) {
        switch (direction) {
            case FORWARD -> forward[line]++;
            case BACKWARD -> backward[line]++;
        }
    }
}
