package io.penstock.vision.tracking;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Tally;
import io.penstock.pipeline.frame.Track;
import io.penstock.spec.StepSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts the objects in each area of one stream, and how long they stay. A stay is over when the object is seen outside,
 * or not seen for as long as the tracker remembers it; then it counts up to when it was last seen inside.
 *
 * <p>Threads: for one thread.
 */
final class ZoneCounter {
    private final List<Zone> zones = new ArrayList<>();
    private final StepSpec.ZonePoint point;
    private final Duration lostFor;
    private long frame;

    /** One area, and who is in it. */
    private static final class Zone {
        private final String name;
        private final Polygon area;
        private final Map<Long, Visit> visits = new HashMap<>();
        private int present;
        private long entered;
        private long left;
        private Duration stayed = Duration.ZERO;

        Zone(String name, Polygon area) {
            this.name = name;
            this.area = area;
        }

        void end(Visit visit) {
            left++;
            stayed = stayed.plus(visit.seen.minus(visit.since));
        }

        Tally.Zone tally() {
            return new Tally.Zone(name, present, entered, left, stayed);
        }
    }

    private static final class Visit {
        private final Duration since;
        private Duration seen;
        private long frame;

        Visit(Duration since) {
            this.since = since;
            this.seen = since;
        }
    }

    ZoneCounter(Map<String, List<List<Double>>> areas, StepSpec.ZonePoint point, Duration lostFor) {
        new TreeMap<>(areas).forEach((name, corners) -> zones.add(new Zone(name, new Polygon(corners))));
        this.point = point;
        this.lostFor = lostFor;
    }

    /** Ends all stays, and keeps the counts. */
    void restart() {
        for (Zone zone : zones) {
            zone.visits.values().forEach(zone::end);
            zone.visits.clear();
        }
    }

    Findings update(Findings findings, Duration time) {
        frame++;
        zones.forEach(zone -> zone.present = 0);
        List<Detection> detections = new ArrayList<>();
        for (Detection detection : findings.detections()) {
            Optional<Track> track = detection.track();
            List<Track.Stay> stays = new ArrayList<>(track.map(Track::stays).orElse(List.of()));
            for (Zone zone : zones) {
                look(zone, detection, time).ifPresent(stays::add);
            }
            detections.add(
                    track.isEmpty()
                            ? detection
                            : detection.withTrack(track.get().withStays(stays)));
        }
        zones.forEach(zone -> forget(zone, time));
        return findings.withDetections(detections)
                .withTallies(zones.stream().map(Zone::tally).toList());
    }

    private Optional<Track.Stay> look(Zone zone, Detection detection, Duration time) {
        Box box = detection.box();
        double x = box.x() + box.width() / 2;
        double y = point == StepSpec.ZonePoint.CENTRE ? box.y() + box.height() / 2 : box.bottom();
        boolean inside = zone.area.contains(x, y);
        zone.present += inside ? 1 : 0;
        if (detection.track().isEmpty()) {
            return Optional.empty();
        }
        long id = detection.track().get().id();
        if (!inside) {
            Visit ended = zone.visits.remove(id);
            if (ended != null) {
                zone.end(ended);
            }
            return Optional.empty();
        }
        Visit visit = zone.visits.get(id);
        if (visit == null) {
            visit = new Visit(time);
            zone.visits.put(id, visit);
            zone.entered++;
        }
        visit.seen = time;
        visit.frame = frame;
        return Optional.of(new Track.Stay(zone.name, time.minus(visit.since)));
    }

    private void forget(Zone zone, Duration time) {
        for (Iterator<Visit> visits = zone.visits.values().iterator(); visits.hasNext(); ) {
            Visit visit = visits.next();
            if (time.minus(visit.seen).compareTo(lostFor) > 0 || frame - visit.frame > ByteTracker.MOST_FRAMES) {
                zone.end(visit);
                visits.remove();
            }
        }
    }
}
