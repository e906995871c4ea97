package io.penstock.pipeline.frame;

import java.lang.foreign.MemorySegment;

/** Encoded stills to pictures and back. Implementations may be called by several threads at once. */
public interface PictureCodec {
    /**
     * Decodes one still, upright (an EXIF orientation is applied). The caller closes the picture.
     *
     * @param encoded a whole JPEG, PNG, WebP or BMP; what it is, its first bytes tell, not a file name
     * @throws PictureException if it is none of these, truncated, damaged, or larger than the limit of pixels
     */
    Picture decode(MemorySegment encoded);

    /**
     * Encodes a picture as baseline JPEG with 4:2:0 chroma.
     *
     * @param quality 1..100 in libjpeg's sense
     */
    byte[] encodeJpeg(Picture picture, int quality);

    /**
     * Encodes a picture made smaller as baseline JPEG: at most {@code maxWidth} wide, its height in proportion. A picture
     * that is no wider stays as large as it is.
     *
     * @param quality as for {@link #encodeJpeg}
     */
    byte[] encodeSmallJpeg(Picture picture, int maxWidth, int quality);

    /** Encodes a picture as 8-bit RGB PNG. */
    byte[] encodePng(Picture picture);
}
