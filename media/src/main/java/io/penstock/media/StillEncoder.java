package io.penstock.media;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.ShortPointer;

/**
 * Encodes stills by FFmpeg's mjpeg and png encoders.
 *
 * <p>FFmpeg multiplies a JPEG's quantisation tables with a scale, in eighths. So the tables are libjpeg's for the
 * quality asked for, and the scale is 8. Its step for the mean of a block is 8 always: one gray level.
 *
 * <p>Threads: any; each call opens an encoder of its own.
 */
final class StillEncoder {
    private static final int SCALE = 8;
    private static final int TABLE_BYTES = 128;

    private final FrameLedger ledger;

    StillEncoder(FrameLedger ledger) {
        this.ledger = ledger;
    }

    byte[] jpeg(Picture picture, int quality) {
        return jpeg(as(picture, avutil.AV_PIX_FMT_YUVJ420P), quality);
    }

    /** A JPEG at most {@code maxWidth} wide, its height in proportion. */
    byte[] smallJpeg(Picture picture, int maxWidth, int quality) {
        if (picture.width() <= maxWidth) {
            return jpeg(picture, quality);
        }
        long height = Math.round((double) picture.height() * maxWidth / picture.width());
        AVFrame frame = Planes.frame(picture, ledger);
        try {
            // Size and format change in one pass. From YUV to YUV swscale keeps the matrix; at this size the difference
            // between the two is not seen.
            AVFrame small = Conversion.resize(
                    frame,
                    picture.format() == PixelFormat.GRAY8 ? ColourSpace.BT601_FULL : picture.colourSpace(),
                    new Conversion.Target(maxWidth, (int) Math.max(1, height), avutil.AV_PIX_FMT_YUVJ420P),
                    ledger);
            return jpeg(small, quality);
        } finally {
            ledger.free(frame);
        }
    }

    /** Takes the frame over. */
    private byte[] jpeg(AVFrame frame, int quality) {
        try {
            AVCodec codec = avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_MJPEG);
            AVCodecContext context = avcodec.avcodec_alloc_context3(codec);
            context.flags(context.flags() | avcodec.AV_CODEC_FLAG_QSCALE);
            context.global_quality(SCALE * avutil.FF_QP2LAMBDA);
            context.intra_matrix(table(JpegTables.luma(quality)));
            context.chroma_intra_matrix(table(JpegTables.chroma(quality)));
            // The usual Huffman tables: tables made for each picture save 5 % of its size and cost a second pass.
            avutil.av_opt_set(context.priv_data(), "huffman", "default", 0);
            frame.quality(SCALE * avutil.FF_QP2LAMBDA);
            return encode(codec, context, frame);
        } finally {
            ledger.free(frame);
        }
    }

    byte[] png(Picture picture) {
        AVFrame frame = as(picture, avutil.AV_PIX_FMT_RGB24);
        try {
            AVCodec codec = avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_PNG);
            return encode(codec, avcodec.avcodec_alloc_context3(codec), frame);
        } finally {
            ledger.free(frame);
        }
    }

    private AVFrame as(Picture picture, int pixelFormat) {
        AVFrame frame = Planes.frame(picture, ledger);
        ColourSpace space = picture.colourSpace();
        boolean high = space == ColourSpace.BT709_FULL || space == ColourSpace.BT709_LIMITED;
        if (picture.format().isYuv() && high && pixelFormat != avutil.AV_PIX_FMT_RGB24) {
            // From YUV to YUV swscale keeps the matrix, and a JPEG's is BT.601.
            frame = replace(frame, space, avutil.AV_PIX_FMT_RGB24);
        }
        boolean gray = picture.format() == PixelFormat.GRAY8;
        return frame.format() == pixelFormat
                ? frame
                : replace(frame, gray ? ColourSpace.BT601_FULL : space, pixelFormat);
    }

    private AVFrame replace(AVFrame frame, ColourSpace space, int pixelFormat) {
        try {
            return Conversion.convert(frame, space, pixelFormat, ledger);
        } finally {
            ledger.free(frame);
        }
    }

    /** The context frees the table. */
    private static ShortPointer table(short[] values) {
        ShortPointer table = new ShortPointer(avutil.av_malloc(TABLE_BYTES));
        table.put(values);
        return table;
    }

    private static byte[] encode(AVCodec codec, AVCodecContext context, AVFrame frame) {
        AVPacket packet = avcodec.av_packet_alloc();
        try {
            context.width(frame.width());
            context.height(frame.height());
            context.pix_fmt(frame.format());
            context.color_range(avutil.AVCOL_RANGE_JPEG);
            context.time_base().num(1).den(1);
            context.thread_count(1);
            frame.pts(0);
            check(avcodec.avcodec_open2(context, codec, (AVDictionary) null), frame);
            check(avcodec.avcodec_send_frame(context, frame), frame);
            check(avcodec.avcodec_send_frame(context, null), frame);
            check(avcodec.avcodec_receive_packet(context, packet), frame);
            MemorySegment bytes = Planes.view(packet.data(), packet.size());
            return bytes.toArray(ValueLayout.JAVA_BYTE);
        } finally {
            avcodec.av_packet_free(packet);
            avcodec.avcodec_free_context(context);
        }
    }

    private static void check(int status, AVFrame frame) {
        if (status < 0) {
            throw new IllegalStateException("FFmpeg cannot encode a picture of " + frame.width() + " x "
                    + frame.height() + ": error " + status);
        }
    }
}
