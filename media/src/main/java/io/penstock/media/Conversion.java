package io.penstock.media;

import io.penstock.pipeline.frame.ColourSpace;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.ffmpeg.swscale.SwsFilter;
import org.bytedeco.javacpp.IntPointer;

/** Changes a frame's pixel format and size by swscale. */
final class Conversion {
    private static final int FLAGS =
            swscale.SWS_BILINEAR | swscale.SWS_ACCURATE_RND | swscale.SWS_FULL_CHR_H_INT | swscale.SWS_FULL_CHR_H_INP;
    private static final int FIXED_ONE = 1 << 16;

    private Conversion() {}

    /** What a frame is to become. */
    record Target(int width, int height, int pixelFormat) {}

    /**
     * A new frame of the same size; the given one stays.
     *
     * @param space how the given frame's YUV samples are meant; of no meaning for RGB
     */
    static AVFrame convert(AVFrame frame, ColourSpace space, int pixelFormat, FrameLedger ledger) {
        return scale(frame, space, new Target(frame.width(), frame.height(), pixelFormat), FLAGS, ledger);
    }

    /** A new frame of another size and format, each sample the mean of those it stands for; the given one stays. */
    static AVFrame resize(AVFrame frame, ColourSpace space, Target target, FrameLedger ledger) {
        return scale(frame, space, target, swscale.SWS_AREA, ledger);
    }

    private static AVFrame scale(AVFrame frame, ColourSpace space, Target target, int flags, FrameLedger ledger) {
        int pixelFormat = target.pixelFormat;
        AVFrame converted = ledger.take(target.width, target.height, pixelFormat);
        SwsContext context = swscale.sws_getContext(
                frame.width(),
                frame.height(),
                frame.format(),
                target.width,
                target.height,
                pixelFormat,
                flags,
                (SwsFilter) null,
                null,
                (double[]) null);
        boolean done = false;
        try {
            if (context == null) {
                throw new IllegalStateException(
                        "swscale cannot convert format " + frame.format() + " to " + pixelFormat);
            }
            boolean high = space == ColourSpace.BT709_FULL || space == ColourSpace.BT709_LIMITED;
            IntPointer source = swscale.sws_getCoefficients(high ? swscale.SWS_CS_ITU709 : swscale.SWS_CS_ITU601);
            IntPointer result = swscale.sws_getCoefficients(swscale.SWS_CS_ITU601);
            int full = Planes.isFull(space) ? 1 : 0;
            // Of the formats that are made here, only a video's has the limited range.
            int wide = pixelFormat == avutil.AV_PIX_FMT_YUV420P ? 0 : 1;
            swscale.sws_setColorspaceDetails(context, source, full, result, wide, 0, FIXED_ONE, FIXED_ONE);
            if (swscale.sws_scale_frame(context, converted, frame) < 0) {
                throw new IllegalStateException("swscale failed on format " + frame.format());
            }
            done = true;
            return converted;
        } finally {
            if (!done) {
                ledger.free(converted);
            }
            if (context != null) {
                swscale.sws_freeContext(context);
            }
        }
    }

    /** How a decoded frame's samples are meant, as far as swscale must be told. */
    static ColourSpace spaceOf(AVFrame frame) {
        return frame.color_range() == avutil.AVCOL_RANGE_MPEG ? ColourSpace.BT601_LIMITED : ColourSpace.BT601_FULL;
    }
}
