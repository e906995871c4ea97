package io.penstock.vision.evaluation;

import io.penstock.vision.tracking.Assignment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keeps the frames of one class of one sequence, and counts what they come to. For one thread. */
final class TrackTally {
    private static final double MATCH = 0.5;
    private static final double EPSILON = Math.ulp(1.0);
    /** So much more is it worth to keep an object's id from the frame before than any overlap. */
    private static final double KEPT = 1000;

    private final IdentityMap truthIds = new IdentityMap();
    private final IdentityMap foundIds = new IdentityMap();
    private final List<TrackedFrame> frames = new ArrayList<>();
    private final Assignment assignment = new Assignment();

    void add(long[] truths, long[] found, double[] overlap) {
        frames.add(new TrackedFrame(
                Arrays.stream(truths).mapToInt(truthIds::number).toArray(),
                Arrays.stream(found).mapToInt(foundIds::number).toArray(),
                overlap));
    }

    TrackCounts counts() {
        TrackCounts counts = new TrackCounts();
        clear(counts);
        identity(counts);
        higherOrder(counts);
        return counts;
    }

    /** The pairs of most worth; pairs worth nothing are not made. The array is valid until the next call. */
    private int[] best(double[] worth, int rows, int columns) {
        double[] cost = new double[rows * columns];
        for (int i = 0; i < cost.length; i++) {
            cost[i] = -worth[i];
        }
        return assignment.solve(cost, rows, columns, 0);
    }

    /** CLEAR MOT: pairs frame by frame, where an id that was right a frame before stays as long as it may. */
    private void clear(TrackCounts counts) {
        int[] lastFound = new int[truthIds.size()];
        int[] foundBefore = new int[truthIds.size()];
        Arrays.fill(lastFound, -1);
        Arrays.fill(foundBefore, -1);
        for (TrackedFrame frame : frames) {
            int rows = frame.truthCount();
            int columns = frame.foundCount();
            counts.truths += rows;
            if (rows == 0 || columns == 0) {
                // As TrackEval has it, a frame without either breaks no continuity.
                counts.misses += rows;
                counts.falseAlarms += columns;
                continue;
            }
            double[] worth = new double[rows * columns];
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    double overlap = frame.overlap(i, j);
                    boolean kept = foundBefore[frame.truth(i)] == frame.found(j);
                    worth[i * columns + j] = overlap < MATCH - EPSILON ? 0 : overlap + (kept ? KEPT : 0);
                }
            }
            int[] pairs = best(worth, rows, columns);
            Arrays.fill(foundBefore, -1);
            int matched = 0;
            for (int i = 0; i < rows; i++) {
                if (pairs[i] >= 0) {
                    int truth = frame.truth(i);
                    int found = frame.found(pairs[i]);
                    matched++;
                    counts.switches += lastFound[truth] >= 0 && lastFound[truth] != found ? 1 : 0;
                    lastFound[truth] = found;
                    foundBefore[truth] = found;
                }
            }
            counts.misses += rows - matched;
            counts.falseAlarms += columns - matched;
        }
    }

    /** IDF1: one found identity for each true one over all frames, those that agree in most frames. */
    private void identity(TrackCounts counts) {
        double[] agreed = new double[truthIds.size() * foundIds.size()];
        long truths = 0;
        long founds = 0;
        for (TrackedFrame frame : frames) {
            truths += frame.truthCount();
            founds += frame.foundCount();
            for (int i = 0; i < frame.truthCount(); i++) {
                for (int j = 0; j < frame.foundCount(); j++) {
                    agreed[frame.truth(i) * foundIds.size() + frame.found(j)] += frame.overlap(i, j) >= MATCH ? 1 : 0;
                }
            }
        }
        int[] pairs = best(agreed, truthIds.size(), foundIds.size());
        long right = 0;
        for (int i = 0; i < truthIds.size(); i++) {
            right += pairs[i] < 0 ? 0 : Math.round(agreed[i * foundIds.size() + pairs[i]]);
        }
        counts.idRight += right;
        counts.idMissed += truths - right;
        counts.idFalse += founds - right;
    }

    /** HOTA: pairs frame by frame, where those come first that agree well over all frames. */
    private void higherOrder(TrackCounts counts) {
        int columnsOfAll = foundIds.size();
        double[] agreement = new double[truthIds.size() * columnsOfAll];
        double[] truthFrames = new double[truthIds.size()];
        double[] foundFrames = new double[columnsOfAll];
        frames.forEach(frame -> agree(frame, agreement, truthFrames, foundFrames));
        for (int i = 0; i < truthFrames.length; i++) {
            for (int j = 0; j < columnsOfAll; j++) {
                int at = i * columnsOfAll + j;
                agreement[at] /= truthFrames[i] + foundFrames[j] - agreement[at];
            }
        }
        double[][] joined = new double[TrackCounts.OVERLAPS][agreement.length];
        for (TrackedFrame frame : frames) {
            join(frame, agreement, joined, counts);
        }
        for (int a = 0; a < TrackCounts.OVERLAPS; a++) {
            for (int i = 0; i < truthFrames.length; i++) {
                for (int j = 0; j < columnsOfAll; j++) {
                    double both = joined[a][i * columnsOfAll + j];
                    counts.association[a] += both * both / Math.max(1, truthFrames[i] + foundFrames[j] - both);
                }
            }
        }
    }

    private void agree(TrackedFrame frame, double[] agreement, double[] truthFrames, double[] foundFrames) {
        int rows = frame.truthCount();
        int columns = frame.foundCount();
        double[] bySide = new double[rows + columns];
        for (int i = 0; i < rows; i++) {
            truthFrames[frame.truth(i)]++;
            for (int j = 0; j < columns; j++) {
                bySide[i] += frame.overlap(i, j);
                bySide[rows + j] += frame.overlap(i, j);
            }
        }
        for (int j = 0; j < columns; j++) {
            foundFrames[frame.found(j)]++;
            for (int i = 0; i < rows; i++) {
                double all = bySide[i] + bySide[rows + j] - frame.overlap(i, j);
                if (all > EPSILON) {
                    agreement[frame.truth(i) * foundIds.size() + frame.found(j)] += frame.overlap(i, j) / all;
                }
            }
        }
    }

    private void join(TrackedFrame frame, double[] agreement, double[][] joined, TrackCounts counts) {
        int rows = frame.truthCount();
        int columns = frame.foundCount();
        double[] worth = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                worth[i * columns + j] =
                        agreement[frame.truth(i) * foundIds.size() + frame.found(j)] * frame.overlap(i, j);
            }
        }
        int[] pairs = best(worth, rows, columns);
        for (int a = 0; a < TrackCounts.OVERLAPS; a++) {
            int matched = 0;
            for (int i = 0; i < rows; i++) {
                if (pairs[i] >= 0 && frame.overlap(i, pairs[i]) >= TrackCounts.overlap(a) - EPSILON) {
                    joined[a][frame.truth(i) * foundIds.size() + frame.found(pairs[i])]++;
                    matched++;
                }
            }
            counts.found[a] += matched;
            counts.missed[a] += rows - matched;
            counts.extra[a] += columns - matched;
        }
    }
}
