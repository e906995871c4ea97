package io.penstock.pipeline.frame;

/** How a picture's pixels lie in memory. All samples have 8 bits. */
public enum PixelFormat {
    /** One plane, 3 bytes a pixel: red, green, blue. */
    RGB24(1),
    /** One plane, 1 byte a pixel: luma. */
    GRAY8(1),
    /** Three planes Y, Cb, Cr; chroma half as wide and half as high, rounded up. */
    YUV420P(3),
    /** Three planes Y, Cb, Cr; chroma half as wide, rounded up. */
    YUV422P(3),
    /** Three planes Y, Cb, Cr; chroma half as high, rounded up. */
    YUV440P(3),
    /** Three planes Y, Cb, Cr of one size. */
    YUV444P(3);

    private final int planes;

    PixelFormat(int planes) {
        this.planes = planes;
    }

    public int planes() {
        return planes;
    }

    public boolean isYuv() {
        return planes == 3;
    }

    /** Width of plane {@code index} in samples for a picture {@code width} wide. */
    public int planeWidth(int index, int width) {
        boolean halved = index > 0 && (this == YUV420P || this == YUV422P);
        return halved ? (width + 1) / 2 : width;
    }

    /** Height of plane {@code index} in rows for a picture {@code height} high. */
    public int planeHeight(int index, int height) {
        boolean halved = index > 0 && (this == YUV420P || this == YUV440P);
        return halved ? (height + 1) / 2 : height;
    }
}
