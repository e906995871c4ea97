package io.penstock.pipeline.frame;

/**
 * What another pipeline said of a picture, or of the part of it that shows one object.
 *
 * @param pipeline its name
 * @param findings in pixels of the source picture
 */
public record Inference(String pipeline, Findings findings) {}
