package io.penstock.pipeline.frame;

/** An upright rectangle in pixels of the source picture, origin top left; fractions are allowed. */
public record Box(float x, float y, float width, float height) {
    public float right() {
        return x + width;
    }

    public float bottom() {
        return y + height;
    }

    public float area() {
        return width * height;
    }

    public static Box ofCorners(float left, float top, float right, float bottom) {
        return new Box(left, top, right - left, bottom - top);
    }

    /** Area shared with {@code other} over the area of both together; 0 where both are empty. */
    public float intersectionOverUnion(Box other) {
        float shared = intersection(other);
        float union = area() + other.area() - shared;
        return union <= 0 ? 0 : shared / union;
    }

    /** Area shared with {@code other}, in square pixels. */
    public float intersection(Box other) {
        float w = Math.min(right(), other.right()) - Math.max(x, other.x);
        float h = Math.min(bottom(), other.bottom()) - Math.max(y, other.y);
        return w <= 0 || h <= 0 ? 0 : w * h;
    }

    /** The part inside a picture of this size; of zero area where nothing is inside. */
    public Box clip(int pictureWidth, int pictureHeight) {
        float left = Math.clamp(x, 0, pictureWidth);
        float top = Math.clamp(y, 0, pictureHeight);
        return ofCorners(left, top, Math.clamp(right(), left, pictureWidth), Math.clamp(bottom(), top, pictureHeight));
    }
}
