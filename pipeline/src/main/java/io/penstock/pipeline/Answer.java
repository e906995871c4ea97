package io.penstock.pipeline;

import io.penstock.pipeline.frame.Picture;

/** A pipeline's result for one payload, with the picture it speaks of; {@link #close} releases the picture. */
public record Answer(Result result, Picture picture) implements AutoCloseable {
    @Override
    public void close() {
        picture.close();
    }
}
