package io.penstock.pipeline.frame;

/**
 * A colour that an object shows much of.
 *
 * @param name {@code red}, {@code white}
 * @param share of the object's pixels that have it, 0..1
 */
public record ColourShare(String name, float share) {}
