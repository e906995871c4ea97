package io.penstock.vision.evaluation;

/**
 * How well objects were followed, by the definitions of TrackEval.
 *
 * @param mota 1 less misses, false alarms and switches for each true object (CLEAR MOT, Bernardin and Stiefelhagen 2008); may be negative
 * @param idf1 share of true and of found objects that have the identity which fits them best over all frames (Ristani and
 *     others 2016), 0..1
 * @param hota mean over overlaps 0.05 to 0.95 of the geometric mean of {@code detA} and {@code assA} (Luiten and others 2021), 0..1
 * @param detA how well objects were found, 0..1
 * @param assA how well findings were joined to tracks, 0..1
 * @param switches times that an object was given another id than before
 * @param misses true objects that were not found, at an overlap of 0.5
 * @param falseAlarms findings that are no true object, likewise
 * @param truths true objects, of all frames
 */
public record TrackingScores(
        double mota,
        double idf1,
        double hota,
        double detA,
        double assA,
        long switches,
        long misses,
        long falseAlarms,
        long truths) {}
