package io.penstock.media;

/** Walks a JPEG's segments (ITU-T T.81, annex B): size from the first frame header, orientation, and a proper end. */
final class JpegHeader {
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP1 = 0xE1;
    private static final int EXIF_PREFIX = 6;

    private JpegHeader() {}

    static StillHeader read(Bytes bytes) {
        long width = 0;
        long height = 0;
        int orientation = 1;
        long at = 2;
        while (true) {
            at = marker(bytes, at);
            int marker = bytes.u8(at - 1);
            if (marker == EOI) {
                throw StillHeader.damaged(StillFormat.JPEG, "ends before its first scan");
            }
            if (isBare(marker)) {
                continue;
            }
            int length = bytes.u16(at);
            Bytes segment = bytes.slice(at, Math.max(2, length));
            if (isFrame(marker) && width == 0) {
                height = segment.u16(3);
                width = segment.u16(5);
            } else if (marker == APP1 && length > 2 + EXIF_PREFIX && segment.isText(2, "Exif")) {
                orientation = Exif.orientation(segment.slice(2 + EXIF_PREFIX, length - 2 - EXIF_PREFIX));
            } else if (marker == SOS) {
                requireEnd(bytes, at + length);
                return new StillHeader(StillFormat.JPEG, width, height, orientation);
            }
            at += length;
        }
    }

    /** Position after the marker at or after {@code at}; fill bytes and rubbish before it are skipped. */
    private static long marker(Bytes bytes, long at) {
        long position = at;
        while (true) {
            if (bytes.u8(position) == 0xFF) {
                int code = bytes.u8(position + 1);
                if (code != 0 && code != 0xFF) {
                    return position + 2;
                }
            }
            position++;
        }
    }

    /** A picture cut short has no end marker; one with something behind its end is fine. */
    private static void requireEnd(Bytes bytes, long scan) {
        long size = bytes.size();
        if (scan < size - 2 && bytes.u16(size - 2) == 0xFFD9) {
            return;
        }
        long at = scan;
        while (true) {
            at = marker(bytes, at);
            int marker = bytes.u8(at - 1);
            if (marker == EOI) {
                return;
            }
            if (!isBare(marker)) {
                at += bytes.u16(at);
            }
        }
    }

    /** RST0 to RST7, SOI and TEM stand alone. */
    private static boolean isBare(int marker) {
        return (marker >= 0xD0 && marker <= 0xD8) || marker == 0x01;
    }

    /** SOF0 to SOF15, without DHT, JPG and DAC, which lie between them. */
    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }
}
