package io.penstock.vision.evaluation;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What became of one class's detections in all pictures: found, wrong, or not counted, at each overlap. */
final class ClassTally {
    private static final int OVERLAPS = 10;
    private static final int RECALLS = 101;

    private final List<Match> matches = new ArrayList<>();
    private int truths;

    /** Bit i of the masks is the overlap 0.50 + 0.05 i. */
    private record Match(float score, int found, int ignored) {}

    int truths() {
        return truths;
    }

    /** @param detections of this class in one picture, best first */
    void add(List<Truth> all, List<Detection> detections) {
        List<Truth> wanted = all.stream().filter(truth -> !truth.ignored()).toList();
        List<Truth> regions = all.stream().filter(Truth::ignored).toList();
        truths += wanted.size();
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
            matches.add(new Match(detection.score(), found, ignored));
        }
    }

    /** The free truth that overlaps most; of two that overlap equally the later, as in COCO's own code. */
    private static int best(List<Truth> wanted, Box box, double overlap, int[] taken, int bit) {
        int best = -1;
        double highest = Math.min(overlap, 1 - 1e-10);
        for (int i = 0; i < wanted.size(); i++) {
            if ((taken[i] & bit) == 0) {
                double shared = intersection(box, wanted.get(i).box());
                double union = area(box) + area(wanted.get(i).box()) - shared;
                double share = union <= 0 ? 0 : shared / union;
                if (share >= highest) {
                    highest = share;
                    best = i;
                }
            }
        }
        return best;
    }

    private static boolean lies(List<Truth> regions, Box box, double overlap) {
        double area = area(box);
        double least = Math.min(overlap, 1 - 1e-10);
        return area > 0 && regions.stream().anyMatch(region -> intersection(box, region.box()) / area >= least);
    }

    private static double area(Box box) {
        return (double) box.width() * box.height();
    }

    /** In double, since a share is compared with a threshold that round figures often meet exactly. */
    private static double intersection(Box a, Box b) {
        double width = Math.min((double) a.x() + a.width(), (double) b.x() + b.width()) - Math.max(a.x(), b.x());
        double height = Math.min((double) a.y() + a.height(), (double) b.y() + b.height()) - Math.max(a.y(), b.y());
        return width <= 0 || height <= 0 ? 0 : width * height;
    }

    /** For each overlap. */
    double[] averagePrecision() {
        List<Match> sorted = matches.stream()
                .sorted(Comparator.comparingDouble((Match match) -> -match.score()))
                .toList();
        double[] precision = new double[OVERLAPS];
        for (int i = 0; i < OVERLAPS; i++) {
            precision[i] = averagePrecision(sorted, 1 << i);
        }
        return precision;
    }

    private double averagePrecision(List<Match> sorted, int bit) {
        double[] recall = new double[sorted.size()];
        double[] precision = new double[sorted.size()];
        int counted = 0;
        int found = 0;
        for (Match match : sorted) {
            if ((match.ignored() & bit) != 0) {
                continue;
            }
            found += (match.found() & bit) != 0 ? 1 : 0;
            recall[counted] = (double) found / truths;
            precision[counted] = (double) found / (counted + 1);
            counted++;
        }
        for (int i = counted - 2; i >= 0; i--) {
            precision[i] = Math.max(precision[i], precision[i + 1]);
        }
        double sum = 0;
        int at = 0;
        for (int i = 0; i < RECALLS; i++) {
            // numpy's linspace(0, 1, 101) has these very doubles.
            double wanted = i == RECALLS - 1 ? 1 : i * 0.01;
            while (at < counted && recall[at] < wanted) {
                at++;
            }
            sum += at < counted ? precision[at] : 0;
        }
        return sum / RECALLS;
    }
}
