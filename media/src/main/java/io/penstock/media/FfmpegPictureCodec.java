package io.penstock.media;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.PictureException.Reason;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * Stills by FFmpeg's own mjpeg, png, webp and bmp decoders, and no other; what these refuse, the JDK's decoders may
 * try. The size that a picture claims is held against the limit before anything is decoded, and FFmpeg holds what it
 * meets against it once more.
 *
 * <p>A JPEG's planes come out as they are, in FFmpeg's memory and without a copy; so do gray and RGB of 8 bits.
 * Everything else becomes RGB24. Alpha is dropped, as OpenCV does: what the picture holds under it is shown.
 *
 * <p>Threads: any number may call at once; nothing is shared but a counter.
 */
public final class FfmpegPictureCodec implements PictureCodec {
    /** Above this many pixels a picture is refused, unless another limit is asked for. */
    public static final long USUAL_MAX_PIXELS = 100_000_000;

    private static final long MEGAPIXEL = 1_000_000;

    private final long maxPixels;
    private final FrameLedger ledger = new FrameLedger();
    private final StillDecoder decoder;
    private final StillEncoder encoder = new StillEncoder(ledger);

    public FfmpegPictureCodec() {
        this(USUAL_MAX_PIXELS);
    }

    /**
     * Loads nothing yet: the first picture does, see {@link FfmpegNatives}.
     *
     * @param maxPixels width times height that is still decoded
     */
    public FfmpegPictureCodec(long maxPixels) {
        if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 4) {
            throw new IllegalArgumentException(
                    "maxPixels must be from 1 to " + Integer.MAX_VALUE / 4 + ": " + maxPixels);
        }
        this.maxPixels = maxPixels;
        // Decoders work on whole blocks, so a picture within the limit may take a few pixels more.
        this.decoder = new StillDecoder(ledger, 2 * maxPixels + MEGAPIXEL);
    }

    @Override
    public Picture decode(MemorySegment encoded) {
        StillHeader header = StillHeader.read(new Bytes(encoded));
        // Both are below 2^32: the product fits where neither is negative.
        if (header.width() > maxPixels || header.height() > maxPixels || header.width() * header.height() > maxPixels) {
            throw new PictureException(
                    Reason.TOO_LARGE,
                    "the picture is " + header.width() + " x " + header.height() + " pixels; at most " + limit()
                            + " are decoded");
        }
        return Orientation.of(header.orientation()).apply(stored(header, encoded));
    }

    /** The picture as it lies in the file. */
    private Picture stored(StillHeader header, MemorySegment encoded) {
        FfmpegNatives.load();
        AVFrame frame;
        try {
            frame = decoder.decode(header.format(), encoded);
        } catch (StillDecoder.RefusedException e) {
            // BMP's decoder calls every kind that it does not know damage. Elsewhere damage is damage: the JDK's
            // decoders would show half a picture.
            if (e.isDamage() && header.format() != StillFormat.BMP) {
                throw StillHeader.damaged(header.format(), "cannot be decoded");
            }
            return ImageIoStills.decode(encoded)
                    .orElseThrow(() -> StillHeader.damaged(header.format(), "cannot be decoded"));
        }
        if ((long) frame.width() * frame.height() > maxPixels) {
            ledger.free(frame);
            throw StillHeader.damaged(header.format(), "is larger than its header says");
        }
        var picture = Planes.picture(frame, ledger);
        if (picture.isPresent()) {
            return picture.get();
        }
        try {
            AVFrame rgb = Conversion.convert(frame, Conversion.spaceOf(frame), avutil.AV_PIX_FMT_RGB24, ledger);
            return Planes.picture(rgb, ledger).orElseThrow();
        } finally {
            ledger.free(frame);
        }
    }

    private String limit() {
        return maxPixels % MEGAPIXEL == 0
                ? maxPixels / MEGAPIXEL + " megapixels"
                : String.format(Locale.ROOT, "%d pixels", maxPixels);
    }

    @Override
    public byte[] encodeJpeg(Picture picture, int quality) {
        checkQuality(quality);
        FfmpegNatives.load();
        return encoder.jpeg(picture, quality);
    }

    @Override
    public byte[] encodeSmallJpeg(Picture picture, int maxWidth, int quality) {
        checkQuality(quality);
        if (maxWidth < 2) {
            throw new IllegalArgumentException("maxWidth must be at least 2: " + maxWidth);
        }
        FfmpegNatives.load();
        return encoder.smallJpeg(picture, maxWidth, quality);
    }

    private static void checkQuality(int quality) {
        if (quality < 1 || quality > 100) {
            throw new IllegalArgumentException("quality must be from 1 to 100: " + quality);
        }
    }

    @Override
    public byte[] encodePng(Picture picture) {
        FfmpegNatives.load();
        return encoder.png(picture);
    }

    /** Frames of FFmpeg's that are not given back yet. */
    int outstandingFrames() {
        return ledger.outstanding();
    }
}
