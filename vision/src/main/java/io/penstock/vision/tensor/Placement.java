package io.penstock.vision.tensor;

import io.penstock.pipeline.frame.Box;

/**
 * Where a picture lies in a network's input, and so the way back from the network's pixels to the picture's.
 *
 * @param source the picture
 * @param target the network's input
 * @param content what the picture was scaled to
 * @param left columns of padding before the content; negative where the content is cut off
 * @param top rows of padding above the content; negative where the content is cut off
 */
public record Placement(Size source, Size target, Size content, int left, int top) {

    /** A rectangle of the network's pixels in pixels of the source picture, clipped to it. */
    public Box toSource(float x1, float y1, float x2, float y2) {
        float scaleX = (float) source.width() / content.width();
        float scaleY = (float) source.height() / content.height();
        return Box.ofCorners((x1 - left) * scaleX, (y1 - top) * scaleY, (x2 - left) * scaleX, (y2 - top) * scaleY)
                .clip(source.width(), source.height());
    }

    /** A column of the network in pixels of the source picture, not clipped. */
    public float toSourceX(float x) {
        return (x - left) * source.width() / content.width();
    }

    /** A row of the network in pixels of the source picture, not clipped. */
    public float toSourceY(float y) {
        return (y - top) * source.height() / content.height();
    }

    /** A rectangle of the source picture in the network's pixels. */
    public Box toTarget(Box box) {
        float scaleX = (float) content.width() / source.width();
        float scaleY = (float) content.height() / source.height();
        return new Box(box.x() * scaleX + left, box.y() * scaleY + top, box.width() * scaleX, box.height() * scaleY);
    }

    /** Whether pixels are copied as they are. */
    boolean isUnscaled() {
        return content.equals(source);
    }
}
