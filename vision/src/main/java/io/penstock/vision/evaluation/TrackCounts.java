package io.penstock.vision.evaluation;

/** What the scores are made of; counts of several classes and sequences add up. For one thread. */
final class TrackCounts {
    /** 0.05, 0.10 … 0.95. */
    static final int OVERLAPS = 19;

    long truths;
    long misses;
    long falseAlarms;
    long switches;
    long idRight;
    long idMissed;
    long idFalse;
    final long[] found = new long[OVERLAPS];
    final long[] missed = new long[OVERLAPS];
    final long[] extra = new long[OVERLAPS];
    /** Sum over what was found of how well its two tracks agree. */
    final double[] association = new double[OVERLAPS];

    static double overlap(int index) {
        return 0.05 * (index + 1);
    }

    void add(TrackCounts other) {
        truths += other.truths;
        misses += other.misses;
        falseAlarms += other.falseAlarms;
        switches += other.switches;
        idRight += other.idRight;
        idMissed += other.idMissed;
        idFalse += other.idFalse;
        for (int a = 0; a < OVERLAPS; a++) {
            found[a] += other.found[a];
            missed[a] += other.missed[a];
            extra[a] += other.extra[a];
            association[a] += other.association[a];
        }
    }

    TrackingScores scores() {
        double hota = 0;
        double detA = 0;
        double assA = 0;
        for (int a = 0; a < OVERLAPS; a++) {
            double detection = (double) found[a] / Math.max(1, found[a] + missed[a] + extra[a]);
            double joined = association[a] / Math.max(1, found[a]);
            detA += detection;
            assA += joined;
            hota += Math.sqrt(detection * joined);
        }
        hota /= OVERLAPS;
        detA /= OVERLAPS;
        assA /= OVERLAPS;
        double mota = (double) (truths - misses - falseAlarms - switches) / Math.max(1, truths);
        double idf1 = idRight / Math.max(1, idRight + 0.5 * idFalse + 0.5 * idMissed);
        return new TrackingScores(mota, idf1, hota, detA, assA, switches, misses, falseAlarms, truths);
    }
}
