package io.penstock.vision.tracking;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows the objects of one stream as ByteTrack does (Zhang and others, "ByteTrack: Multi-object tracking by associating
 * every detection box", 2022): detections that score well are paired with all objects known, then weak ones with those
 * objects that were in sight a frame before and found no partner, and at last the strong ones left over with objects
 * that are not believed yet. Weak detections continue an object and never begin one.
 *
 * <p>It differs in three things. Only detections of an object's own label continue it: a cyclist and the bicycle lie one
 * upon the other, and would take each other's id. Dropped frames move expectations on by as many, and memory is measured
 * by the stream's clock. An object has its id from when it is believed, so noise uses none up.
 *
 * <p>What it keeps grows with the objects in sight or lost of late, never with time. Threads: for one thread.
 */
public final class ByteTracker {
    /** What ByteTrack asks of a weak detection, by overlap alone: its score says nothing. */
    private static final float WEAK_OVERLAP = 0.5f;

    private static final float TENTATIVE_OVERLAP = 0.3f;
    /** A lost object that lies so upon one in sight is the same. */
    private static final float SAME = 0.85f;

    /** For streams whose clock stands still: frames in which a lost object is remembered at most. */
    static final long MOST_FRAMES = 1000;

    private final TrackingSettings settings;
    private final Assignment assignment = new Assignment();
    private final List<TrackedObject> objects = new ArrayList<>();
    private final List<TrackedObject> rows = new ArrayList<>();
    private double[] costs = new double[0];
    private int[] columns = new int[0];
    private @Nullable TrackedObject[] owners = new TrackedObject[0];
    private long lastFrame = -1;
    private Duration lastTime = Duration.ZERO;
    private long lastId;

    public ByteTracker(TrackingSettings settings) {
        this.settings = settings;
    }

    /** Forgets all objects, but not which ids were given: for a camera that begins anew. */
    public void restart() {
        objects.clear();
        lastFrame = -1;
        lastTime = Duration.ZERO;
    }

    /**
     * Takes the next frame.
     *
     * @param detections down to the low score
     * @param frame its number; frames that are left out were dropped. One that is not behind the last begins anew
     * @param time by the stream's clock; time that runs backwards begins anew, too
     * @return in the order given: strong detections, those of known objects with their tracks, and weak detections that
     *     continue one
     */
    public List<Detection> update(List<Detection> detections, long frame, Duration time) {
        if (frame <= lastFrame || time.compareTo(lastTime) < 0) {
            restart();
        }
        long frames = lastFrame < 0 ? 1 : frame - lastFrame;
        lastFrame = frame;
        lastTime = time;
        objects.removeIf(object ->
                time.minus(object.seen()).compareTo(settings.lostFor()) > 0 || frame - object.frame() > MOST_FRAMES);
        objects.forEach(object -> object.predict(frames));
        owners = new TrackedObject[detections.size()];
        choose(true, false);
        pair(detections, true, true, settings.minOverlap(), time);
        rows.removeIf(object -> !object.isInSight() || object.frame() == frame);
        pair(detections, false, false, WEAK_OVERLAP, time);
        choose(false, true);
        pair(detections, true, true, TENTATIVE_OVERLAP, time);
        settle();
        begin(detections, time);
        return results(detections);
    }

    private void choose(boolean confirmed, boolean tentative) {
        rows.clear();
        for (TrackedObject object : objects) {
            if (object.isConfirmed() ? confirmed : tentative) {
                rows.add(object);
            }
        }
    }

    /** Pairs {@link #rows} with the detections that are strong, or weak, and not another's yet. */
    private void pair(List<Detection> detections, boolean strong, boolean byScore, float least, Duration time) {
        if (columns.length < detections.size()) {
            columns = new int[detections.size()];
        }
        int count = 0;
        for (int i = 0; i < detections.size(); i++) {
            Detection detection = detections.get(i);
            boolean wanted = settings.isHigh(detection.label(), detection.score()) == strong
                    && (strong || detection.score() >= settings.lowScore());
            if (owners[i] == null && wanted) {
                columns[count++] = i;
            }
        }
        if (count == 0 || rows.isEmpty()) {
            return;
        }
        if (costs.length < rows.size() * count) {
            costs = new double[rows.size() * count];
        }
        int at = 0;
        for (TrackedObject row : rows) {
            Box expected = row.expected();
            for (int column = 0; column < count; column++) {
                Detection detection = detections.get(columns[column]);
                double likeness = row.label().equals(detection.label())
                        ? expected.intersectionOverUnion(detection.box()) * (byScore ? detection.score() : 1)
                        : 0;
                costs[at++] = 1 - likeness;
            }
        }
        int[] pairs = assignment.solve(costs, rows.size(), count, 1 - (double) least);
        for (int row = 0; row < rows.size(); row++) {
            if (pairs[row] >= 0) {
                int found = columns[pairs[row]];
                owners[found] = rows.get(row);
                rows.get(row).match(detections.get(found), lastFrame, time);
            }
        }
    }

    /** Believes what was found often enough, forgets what was not believed and not found, and remembers the rest as lost. */
    private void settle() {
        for (TrackedObject object : objects) {
            if (object.frame() != lastFrame) {
                object.lose();
            }
        }
        objects.removeIf(object -> !object.isConfirmed() && !object.isInSight());
        List<TrackedObject> doubles = List.of();
        for (TrackedObject object : objects) {
            TrackedObject twin = object.isInSight() ? null : twin(object);
            if (twin != null) {
                doubles = doubles.isEmpty() ? new ArrayList<>() : doubles;
                doubles.add(lifetime(object).compareTo(lifetime(twin)) > 0 ? twin : object);
            }
        }
        if (!doubles.isEmpty()) {
            forget(doubles);
        }
        for (TrackedObject object : objects) {
            if (!object.isConfirmed() && object.matches() >= settings.confirmFrames()) {
                object.confirm(++lastId);
            }
        }
    }

    private @Nullable TrackedObject twin(TrackedObject lost) {
        return objects.stream()
                .filter(object -> object.isInSight()
                        && object.isConfirmed()
                        && object.label().equals(lost.label())
                        && object.expected().intersectionOverUnion(lost.expected()) > SAME)
                .max(Comparator.comparing(TrackedObject::since))
                .orElse(null);
    }

    private static Duration lifetime(TrackedObject object) {
        return object.seen().minus(object.since());
    }

    private void forget(List<TrackedObject> doubles) {
        objects.removeAll(doubles);
        for (int i = 0; i < owners.length; i++) {
            if (owners[i] != null && doubles.contains(owners[i])) {
                owners[i] = null;
            }
        }
    }

    private void begin(List<Detection> detections, Duration time) {
        for (int i = 0; i < detections.size(); i++) {
            Detection detection = detections.get(i);
            if (owners[i] == null && settings.isHigh(detection.label(), detection.score())) {
                TrackedObject object = new TrackedObject(detection, lastFrame, time, settings.trajectory());
                if (settings.confirmFrames() == 1) {
                    object.confirm(++lastId);
                }
                objects.add(object);
                owners[i] = object;
            }
        }
    }

    private List<Detection> results(List<Detection> detections) {
        List<Detection> results = new ArrayList<>(detections.size());
        for (int i = 0; i < detections.size(); i++) {
            Detection detection = detections.get(i);
            TrackedObject owner = owners[i];
            if (owner != null && owner.isConfirmed()) {
                results.add(detection.withTrack(owner.track(detection, settings.stillShare())));
            } else if (settings.isHigh(detection.label(), detection.score())) {
                results.add(detection);
            }
        }
        Arrays.fill(owners, null);
        return results;
    }

    /** Objects that it remembers. */
    int remembered() {
        return objects.size();
    }
}
