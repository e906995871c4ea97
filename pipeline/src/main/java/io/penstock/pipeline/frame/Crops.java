package io.penstock.pipeline.frame;

/**
 * How many objects of a picture were shown to another pipeline one by one.
 *
 * @param pipeline its name
 * @param shown objects, those of the best scores
 * @param leftOut objects that were meant, too, but were more than the document lets through
 */
public record Crops(String pipeline, int shown, int leftOut) {}
