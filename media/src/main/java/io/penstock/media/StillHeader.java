package io.penstock.media;

import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.PictureException.Reason;

/**
 * What a still says about itself, read before anything is decoded.
 *
 * @param width as claimed, not to be trusted
 * @param orientation EXIF's 1..8; 1 where it says nothing
 */
record StillHeader(StillFormat format, long width, long height, int orientation) {

    /**
     * Reads the header and follows the file's own structure to its end.
     *
     * @throws PictureException UNKNOWN_FORMAT or DAMAGED
     */
    static StillHeader read(Bytes bytes) {
        StillFormat format = StillFormat.sniff(bytes)
                .orElseThrow(() -> new PictureException(
                        Reason.UNKNOWN_FORMAT,
                        bytes.size() == 0
                                ? "the picture is empty; JPEG, PNG, WebP and BMP are read"
                                : "the data are no picture that is read here; JPEG, PNG, WebP and BMP are"));
        StillHeader header;
        try {
            header = switch (format) {
                case JPEG -> JpegHeader.read(bytes);
                case PNG -> PngHeader.read(bytes);
                case WEBP -> WebpHeader.read(bytes);
                case BMP -> bmp(bytes);
            };
        } catch (Bytes.TruncatedException e) {
            throw damaged(format, "ends early, after " + bytes.size() + " bytes");
        }
        if (header.width < 1 || header.height < 1) {
            throw damaged(format, "claims a size of " + header.width + " x " + header.height);
        }
        return header;
    }

    static PictureException damaged(StillFormat format, String what) {
        return new PictureException(Reason.DAMAGED, "the " + format.title() + " picture is damaged: it " + what);
    }

    private static StillHeader bmp(Bytes bytes) {
        boolean old = bytes.u32le(14) == 12;
        long width = old ? bytes.u16le(18) : (int) bytes.u32le(18);
        // A negative height says that the rows come from top to bottom.
        long height = old ? bytes.u16le(20) : Math.abs((long) (int) bytes.u32le(22));
        return new StillHeader(StillFormat.BMP, width, height, 1);
    }
}
