package io.penstock.pipeline.frame;

/**
 * One object found in a picture.
 *
 * @param label the class's name, or its number where no names are known
 * @param score 0..1
 * @param box pixels of the source picture, clipped to it
 */
public record Detection(String label, int classId, float score, Box box) {}
