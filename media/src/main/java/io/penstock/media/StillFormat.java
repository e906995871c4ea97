package io.penstock.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_BMP;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PNG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_WEBP;

import java.util.Optional;

/** The still formats that are read, told by their first bytes. */
enum StillFormat {
    JPEG("JPEG"),
    PNG("PNG"),
    WEBP("WebP"),
    BMP("BMP");

    private final String title;

    StillFormat(String title) {
        this.title = title;
    }

    /** As people write it. */
    String title() {
        return title;
    }

    int codecId() {
        return switch (this) {
            case JPEG -> AV_CODEC_ID_MJPEG;
            case PNG -> AV_CODEC_ID_PNG;
            case WEBP -> AV_CODEC_ID_WEBP;
            case BMP -> AV_CODEC_ID_BMP;
        };
    }

    static Optional<StillFormat> sniff(Bytes bytes) {
        if (bytes.size() >= 3 && bytes.u24(0) == 0xFFD8FF) {
            return Optional.of(JPEG);
        }
        if (bytes.size() >= 8 && bytes.u32(0) == 0x89504E47L && bytes.u32(4) == 0x0D0A1A0AL) {
            return Optional.of(PNG);
        }
        if (bytes.size() >= 12 && bytes.isText(0, "RIFF") && bytes.isText(8, "WEBP")) {
            return Optional.of(WEBP);
        }
        // "BM" alone begins many a text: the header's size after it must be one that exists.
        if (bytes.size() >= 18 && bytes.isText(0, "BM")) {
            long header = bytes.u32le(14);
            return header >= 12 && header <= 256 ? Optional.of(BMP) : Optional.empty();
        }
        return Optional.empty();
    }
}
