package io.penstock.media;

/** Walks a WebP's chunks: size from VP8, VP8L or VP8X, orientation from EXIF. */
final class WebpHeader {
    private static final int RIFF_HEADER = 12;
    private static final int CHUNK_HEADER = 8;

    private WebpHeader() {}

    static StillHeader read(Bytes bytes) {
        long end = bytes.u32le(4) + CHUNK_HEADER;
        bytes.slice(0, end);
        long width = 0;
        long height = 0;
        int orientation = 1;
        long at = RIFF_HEADER;
        while (at + CHUNK_HEADER <= end) {
            long length = bytes.u32le(at + 4);
            long body = at + CHUNK_HEADER;
            bytes.slice(body, length);
            if (bytes.isText(at, "ANIM")) {
                throw StillHeader.damaged(StillFormat.WEBP, "is an animation, and stills are read");
            } else if (bytes.isText(at, "VP8X") && width == 0) {
                width = bytes.u24le(body + 4) + 1L;
                height = bytes.u24le(body + 7) + 1L;
            } else if (bytes.isText(at, "VP8L")) {
                long sizes = bytes.u32le(body + 1);
                width = Math.max(width, (sizes & 0x3FFF) + 1);
                height = Math.max(height, (sizes >> 14 & 0x3FFF) + 1);
            } else if (bytes.isText(at, "VP8 ")) {
                width = Math.max(width, bytes.u16le(body + 6) & 0x3FFF);
                height = Math.max(height, bytes.u16le(body + 8) & 0x3FFF);
            } else if (bytes.isText(at, "EXIF")) {
                orientation = Exif.orientation(bytes.slice(body, length));
            }
            at = body + length + (length & 1);
        }
        return new StillHeader(StillFormat.WEBP, width, height, orientation);
    }
}
