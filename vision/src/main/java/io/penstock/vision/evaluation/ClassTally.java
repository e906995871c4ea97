package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What became of one class's detections in all pictures: found, wrong, or not counted, at each overlap. */
final class ClassTally {
    private static final int OVERLAPS = 10;

    private final List<Match> matches = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private int truths;
    private boolean sorted = true;

    /** Bit i of the masks is the overlap 0.50 + 0.05 i. */
    private record Match(int picture, float score, int found, int ignored) {}

    /** How many objects of the class a picture has. */
    private record Asked(int picture, int truths) {}

    int truths() {
        return truths;
    }

    /**
     * @param picture its number, counted from 0
     * @param detections of this class in the picture, best first
     */
    void add(int picture, List<Truth> all, List<Detection> detections) {
        List<Truth> wanted = all.stream().filter(truth -> !truth.ignored()).toList();
        List<Truth> regions = all.stream().filter(Truth::ignored).toList();
        truths += wanted.size();
        asked.add(new Asked(picture, wanted.size()));
        int[] taken = new int[wanted.size()];
        for (Detection detection : detections) {
            int found = 0;
            int ignored = 0;
            for (int i = 0; i < OVERLAPS; i++) {
                double overlap = 0.5 + 0.05 * i;
                int match = best(wanted, detection.box(), overlap, taken, 1 << i);
                if (match >= 0) {
                    taken[match] |= 1 << i;
                    found |= 1 << i;
                } else if (lies(regions, detection.box(), overlap)) {
                    ignored |= 1 << i;
                }
            }
            matches.add(new Match(picture, detection.score(), found, ignored));
            sorted = false;
        }
    }

    /** The free truth that overlaps most; of two that overlap equally the later, as in COCO's own code. */
    private static int best(List<Truth> wanted, Box box, double overlap, int[] taken, int bit) {
        int best = -1;
        double highest = Math.min(overlap, 1 - 1e-10);
        for (int i = 0; i < wanted.size(); i++) {
            if ((taken[i] & bit) == 0) {
                double share = Overlap.of(box, wanted.get(i).box());
                if (share >= highest) {
                    highest = share;
                    best = i;
                }
            }
        }
        return best;
    }

    private static boolean lies(List<Truth> regions, Box box, double overlap) {
        double least = Math.min(overlap, 1 - 1e-10);
        return regions.stream().anyMatch(region -> Overlap.within(region.box(), box) >= least);
    }

    private List<Match> sorted() {
        if (!sorted) {
            matches.sort(Comparator.comparingDouble((Match match) -> -match.score()));
            sorted = true;
        }
        return matches;
    }

    /** At the overlaps 0.50, 0.55 .. 0.95. */
    List<PrecisionRecall> curves() {
        List<PrecisionRecall> curves = new ArrayList<>(OVERLAPS);
        for (int i = 0; i < OVERLAPS; i++) {
            PrecisionRecall curve = new PrecisionRecall(truths, matches.size());
            for (Match match : sorted()) {
                if ((match.ignored() >> i & 1) == 0) {
                    curve.add(match.score(), (match.found() >> i & 1) != 0, 1);
                }
            }
            curves.add(curve);
        }
        return curves;
    }

    /**
     * At the overlap 0.50, with each picture counted as often as {@code times} says.
     *
     * @return average precision, or a negative number where no object is left to find
     */
    double resampled(int[] times) {
        int wanted = 0;
        for (Asked each : asked) {
            wanted += each.truths() * times[each.picture()];
        }
        if (wanted == 0) {
            return -1;
        }
        PrecisionRecall curve = new PrecisionRecall(wanted, matches.size());
        for (Match match : sorted()) {
            if ((match.ignored() & 1) == 0 && times[match.picture()] > 0) {
                curve.add(match.score(), (match.found() & 1) != 0, times[match.picture()]);
            }
        }
        return curve.average();
    }
}
