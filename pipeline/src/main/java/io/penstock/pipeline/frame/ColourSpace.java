package io.penstock.pipeline.frame;

/** How Y, Cb, Cr samples become red, green, blue; of no meaning for RGB and gray. */
public enum ColourSpace {
    /** JPEG: BT.601 matrix, samples over the full range 0..255. */
    BT601_FULL,
    /** Standard-definition video: BT.601 matrix, luma 16..235. */
    BT601_LIMITED,
    BT709_FULL,
    /** High-definition video: BT.709 matrix, luma 16..235. */
    BT709_LIMITED
}
