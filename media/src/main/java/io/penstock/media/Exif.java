package io.penstock.media;

/** The one EXIF tag that matters for pixels: which way up the camera was held. */
final class Exif {
    private static final int ORIENTATION = 0x0112;
    private static final int ENTRY = 12;

    private Exif() {}

    /** @return 1..8; 1 where the block is broken or says nothing, since a bad tag is no reason to refuse a photo */
    static int orientation(Bytes block) {
        try {
            // WebP files of some writers carry JPEG's prefix.
            Bytes tiff = block.size() > 6 && block.isText(0, "Exif") ? block.slice(6, block.size() - 6) : block;
            boolean little = tiff.isText(0, "II");
            if (!little && !tiff.isText(0, "MM")) {
                return 1;
            }
            long directory = little ? tiff.u32le(4) : tiff.u32(4);
            int entries = little ? tiff.u16le(directory) : tiff.u16(directory);
            for (int i = 0; i < entries; i++) {
                long entry = directory + 2 + (long) i * ENTRY;
                if ((little ? tiff.u16le(entry) : tiff.u16(entry)) == ORIENTATION) {
                    int value = little ? tiff.u16le(entry + 8) : tiff.u16(entry + 8);
                    return value >= 1 && value <= 8 ? value : 1;
                }
            }
            return 1;
        } catch (Bytes.TruncatedException e) {
            return 1;
        }
    }
}
