package io.penstock.vision.tensor;

/** Width and height in pixels. */
public record Size(int width, int height) {
    public Size {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a size is at least 1 x 1: " + width + " x " + height);
        }
    }

    /** {@code 640 x 480}. */
    @Override
    public String toString() {
        return width + " x " + height;
    }
}
