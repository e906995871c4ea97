package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Track;
import io.penstock.vision.tracking.Assignment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Scores tracks against truth as TrackEval does (Luiten and Hoffhues, github.com/JonathonLuiten/TrackEval): each class alone, and
 * the counts of classes and sequences added up, which weighs every object the same. Findings without a track do not count.
 *
 * <p>Ignored truth is treated as MOTChallenge's distractors are: what is paired with it at an overlap of 0.5, all truth
 * of its class considered, is taken out before anything is counted.
 *
 * <p>Threads: for one thread.
 */
public final class TrackingEvaluation {
    private static final double MATCH = 0.5;

    private final Map<String, TrackTally> tallies = new TreeMap<>();
    private final TrackCounts finished = new TrackCounts();
    private final Assignment assignment = new Assignment();

    /** Scores the next frame of a sequence. */
    public void add(List<TrackTruth> truths, List<Detection> detections) {
        Set<String> labels = new LinkedHashSet<>();
        truths.forEach(truth -> labels.add(truth.label()));
        detections.forEach(detection -> labels.add(detection.label()));
        for (String label : labels) {
            List<TrackTruth> wanted =
                    truths.stream().filter(truth -> truth.label().equals(label)).toList();
            List<Detection> found = detections.stream()
                    .filter(detection ->
                            detection.label().equals(label) && detection.track().isPresent())
                    .toList();
            add(tallies.computeIfAbsent(label, _ -> new TrackTally()), wanted, withoutIgnored(wanted, found));
        }
    }

    private static void add(TrackTally tally, List<TrackTruth> truths, List<Detection> found) {
        List<TrackTruth> counted =
                truths.stream().filter(truth -> !truth.ignored()).toList();
        double[] overlap = new double[counted.size() * found.size()];
        int at = 0;
        for (TrackTruth truth : counted) {
            for (Detection detection : found) {
                overlap[at++] = Overlap.of(truth.box(), detection.box());
            }
        }
        tally.add(
                counted.stream().mapToLong(TrackTruth::identity).toArray(),
                found.stream()
                        .mapToLong(detection -> detection.track().map(Track::id).orElseThrow())
                        .toArray(),
                overlap);
    }

    private List<Detection> withoutIgnored(List<TrackTruth> truths, List<Detection> found) {
        if (truths.stream().noneMatch(TrackTruth::ignored)) {
            return found;
        }
        double[] cost = new double[truths.size() * found.size()];
        int at = 0;
        for (TrackTruth truth : truths) {
            for (Detection detection : found) {
                double overlap = Overlap.of(truth.box(), detection.box());
                cost[at++] = overlap < MATCH ? 0 : -overlap;
            }
        }
        int[] pairs = assignment.solve(cost, truths.size(), found.size(), 0);
        List<Detection> left = new ArrayList<>(found);
        for (int i = 0; i < truths.size(); i++) {
            if (pairs[i] >= 0 && truths.get(i).ignored()) {
                left.remove(found.get(pairs[i]));
            }
        }
        return left;
    }

    /** Ends a sequence: ids begin anew. */
    public void endSequence() {
        tallies.values().forEach(tally -> finished.add(tally.counts()));
        tallies.clear();
    }

    /** The scores of all that was added; a sequence that has not ended counts as it is. */
    public TrackingScores result() {
        TrackCounts all = new TrackCounts();
        all.add(finished);
        tallies.values().forEach(tally -> all.add(tally.counts()));
        return all.scores();
    }
}
