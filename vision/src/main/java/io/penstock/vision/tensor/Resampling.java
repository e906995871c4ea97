package io.penstock.vision.tensor;

/** How pixels are scaled, both as OpenCV does it on 8-bit pictures. */
public enum Resampling {
    /** Between the four nearest pixels: INTER_LINEAR, what detectors are trained with. */
    BILINEAR,
    /** The mean over what a pixel covers where the picture is made smaller, else like bilinear: INTER_AREA. */
    AREA
}
