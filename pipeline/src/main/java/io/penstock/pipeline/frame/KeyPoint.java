package io.penstock.pipeline.frame;

/**
 * A named place on an object, such as a joint or the corner of an eye; which one, its position in the list says.
 *
 * @param x pixels of the source picture
 * @param y likewise
 * @param score how sure the model is that it can be seen, 0..1; 1 where the model does not say
 */
public record KeyPoint(float x, float y, float score) {}
