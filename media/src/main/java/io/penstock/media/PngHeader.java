package io.penstock.media;

/** Walks a PNG's chunks: size from IHDR, orientation from eXIf, and IEND at its end. */
final class PngHeader {
    private static final int SIGNATURE = 8;
    private static final int CHUNK_FRAME = 12;

    private PngHeader() {}

    static StillHeader read(Bytes bytes) {
        if (!bytes.isText(SIGNATURE + 4L, "IHDR")) {
            throw StillHeader.damaged(StillFormat.PNG, "does not begin with its header");
        }
        int orientation = 1;
        boolean pixels = false;
        long at = SIGNATURE;
        while (!bytes.isText(at + 4, "IEND")) {
            long length = bytes.u32(at);
            if (bytes.isText(at + 4, "eXIf")) {
                orientation = Exif.orientation(bytes.slice(at + 8, length));
            }
            pixels |= bytes.isText(at + 4, "IDAT");
            at += length + CHUNK_FRAME;
        }
        if (!pixels) {
            throw StillHeader.damaged(StillFormat.PNG, "has no pixels");
        }
        return new StillHeader(StillFormat.PNG, bytes.u32(16), bytes.u32(20), orientation);
    }
}
