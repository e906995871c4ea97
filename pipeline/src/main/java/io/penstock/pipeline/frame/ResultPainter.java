package io.penstock.pipeline.frame;

/** Draws what was found into a copy of the picture. Implementations may be called by several threads at once. */
public interface ResultPainter {
    /** A new picture, {@link PixelFormat#RGB24}; the caller closes it. The given one stays as it is. */
    Picture paint(Picture picture, Findings findings);
}
