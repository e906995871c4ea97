package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;

/** What a family's outputs hold about an object beyond its box: asked for only where a box was kept. */
interface Extras {
    Extras NONE = (found, row) -> found;

    /** @param row of the output that the box was read from */
    Detection complete(Detection found, int row);
}
