package io.penstock.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_BUFFER;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_CRCCHECK;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_EXPLODE;

import java.lang.foreign.MemorySegment;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * Hands one still to FFmpeg's decoder.
 *
 * <p>Each call opens a decoder of its own, so that no table of one picture can reach the next. Opening costs
 * 0.04 ms beside the 5 ms of a photo, so a pool of them was not worth its state.
 *
 * <p>Threads: any; nothing is shared.
 */
final class StillDecoder {
    /** AV_FRAME_FLAG_CORRUPT, which the binding lacks. */
    private static final int CORRUPT = 1;

    private final FrameLedger ledger;
    private final long maxPixels;

    StillDecoder(FrameLedger ledger, long maxPixels) {
        this.ledger = ledger;
        this.maxPixels = maxPixels;
    }

    /**
     * The decoded frame, which the caller frees.
     *
     * @throws RefusedException if FFmpeg cannot decode it, or found an error in it
     */
    AVFrame decode(StillFormat format, MemorySegment encoded) throws RefusedException {
        AVCodec codec = avcodec.avcodec_find_decoder(format.codecId());
        AVCodecContext context = avcodec.avcodec_alloc_context3(codec);
        AVPacket packet = avcodec.av_packet_alloc();
        AVFrame frame = ledger.take();
        boolean done = false;
        try {
            context.thread_count(1);
            context.max_pixels(maxPixels);
            context.err_recognition(AV_EF_CRCCHECK | AV_EF_BUFFER | AV_EF_EXPLODE);
            check(avcodec.avcodec_open2(context, codec, (AVDictionary) null));
            // FFmpeg reads past the end by a few bytes, so the data move into a packet that has them.
            check(avcodec.av_new_packet(packet, Math.toIntExact(encoded.byteSize())));
            Planes.view(packet.data(), encoded.byteSize()).copyFrom(encoded);
            check(avcodec.avcodec_send_packet(context, packet));
            check(avcodec.avcodec_receive_frame(context, frame));
            if ((frame.flags() & CORRUPT) != 0 || frame.decode_error_flags() != 0) {
                throw new RefusedException(true);
            }
            done = true;
            return frame;
        } finally {
            if (!done) {
                ledger.free(frame);
            }
            avcodec.av_packet_free(packet);
            avcodec.avcodec_free_context(context);
        }
    }

    private static void check(int status) throws RefusedException {
        if (status < 0) {
            throw new RefusedException(status == avutil.AVERROR_INVALIDDATA());
        }
    }

    /** FFmpeg would not decode it. */
    static final class RefusedException extends Exception {
        private final boolean damage;

        RefusedException(boolean damage) {
            super("refused", null, false, false);
            this.damage = damage;
        }

        /** Whether it said that the data are wrong, not that it does not know their kind. */
        boolean isDamage() {
            return damage;
        }
    }
}
