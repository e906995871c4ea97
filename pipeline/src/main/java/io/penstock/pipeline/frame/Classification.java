package io.penstock.pipeline.frame;

/**
 * What a picture as a whole is taken for.
 *
 * @param label the class's name, or its number where no names are known
 * @param score 0..1
 */
public record Classification(String label, int classId, float score) {}
