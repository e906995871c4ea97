package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Detection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Counts for a {@link ConfusionTable}. For one thread. */
final class ConfusionTally {
    /** What detectors are usually run with. */
    static final double THRESHOLD = 0.25;

    static final double OVERLAP = 0.5;

    private final TreeSet<String> labels = new TreeSet<>();
    private final Map<Pair, Integer> counts = new HashMap<>();

    /** Of the label that was true and the one that was found; the empty label is nothing. */
    private record Pair(String wanted, String found) {}

    private record Candidate(int truth, int detection, double overlap, boolean agrees) {}

    void add(List<Truth> truths, List<Detection> detections) {
        List<Truth> wanted = truths.stream().filter(truth -> !truth.ignored()).toList();
        List<Detection> found = detections.stream()
                .filter(detection -> detection.score() >= THRESHOLD)
                .toList();
        boolean[] isFound = new boolean[wanted.size()];
        boolean[] isRight = new boolean[found.size()];
        for (Candidate candidate : candidates(wanted, found)) {
            if (!isFound[candidate.truth()] && !isRight[candidate.detection()]) {
                isFound[candidate.truth()] = true;
                isRight[candidate.detection()] = true;
                count(
                        wanted.get(candidate.truth()).label(),
                        found.get(candidate.detection()).label());
            }
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (!isFound[i]) {
                count(wanted.get(i).label(), "");
            }
        }
        for (int i = 0; i < found.size(); i++) {
            if (!isRight[i] && !isIgnored(truths, found.get(i))) {
                count("", found.get(i).label());
            }
        }
    }

    /** Those that overlap most first; of equal ones, those that agree in their label. */
    private static List<Candidate> candidates(List<Truth> wanted, List<Detection> found) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            for (int j = 0; j < found.size(); j++) {
                double overlap = Overlap.of(wanted.get(i).box(), found.get(j).box());
                if (overlap >= OVERLAP) {
                    boolean agrees = wanted.get(i).label().equals(found.get(j).label());
                    candidates.add(new Candidate(i, j, overlap, agrees));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble((Candidate candidate) -> -candidate.overlap())
                .thenComparing(candidate -> !candidate.agrees()));
        return candidates;
    }

    private static boolean isIgnored(List<Truth> truths, Detection detection) {
        return truths.stream()
                .anyMatch(truth -> truth.ignored()
                        && truth.label().equals(detection.label())
                        && Overlap.within(truth.box(), detection.box()) >= OVERLAP);
    }

    private void count(String wanted, String found) {
        if (!wanted.isEmpty()) {
            labels.add(wanted);
        }
        if (!found.isEmpty()) {
            labels.add(found);
        }
        counts.merge(new Pair(wanted, found), 1, Integer::sum);
    }

    ConfusionTable table() {
        List<String> names = new ArrayList<>(labels);
        names.add("");
        List<List<Integer>> rows = new ArrayList<>();
        for (String wanted : names) {
            rows.add(names.stream()
                    .map(found -> counts.getOrDefault(new Pair(wanted, found), 0))
                    .toList());
        }
        return new ConfusionTable(List.copyOf(labels), rows, THRESHOLD, OVERLAP);
    }
}
