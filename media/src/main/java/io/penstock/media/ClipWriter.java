package io.penstock.media;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * Writes pictures into an MP4 file that browsers play: H.264 by OpenH264, or MPEG-4 where a build of FFmpeg lacks it. An odd
 * last row or column is scaled away, since colour is halved. Without {@link #finish} the file is of no use.
 *
 * <p>Threads: one at a time.
 */
public final class ClipWriter implements AutoCloseable {
    private static final int TICKS_A_SECOND = 1000;
    private static final double BITS_A_PIXEL = 0.12;
    private static final int SECONDS_BETWEEN_KEYS = 2;

    private final FrameLedger ledger = new FrameLedger();
    private final Path file;
    private final int width;
    private final int height;
    private final AVFormatContext container;
    private final AVCodecContext encoder;
    private final AVStream stream;
    private final AVPacket packet;
    private final long frameTicks;
    private long last = -1;

    /**
     * Begins a file in the place of one that is there.
     *
     * @param rate frames a second, for the encoder's budget; each picture's own time is kept
     * @throws IOException if nothing can be written there
     */
    public ClipWriter(Path file, int width, int height, double rate) throws IOException {
        FfmpegNatives.loadForClips();
        this.file = file;
        this.width = Math.max(2, width & ~1);
        this.height = Math.max(2, height & ~1);
        this.frameTicks = Math.max(1, Math.round(TICKS_A_SECOND / rate));
        this.container = new AVFormatContext(null);
        this.packet = avcodec.av_packet_alloc();
        check(avformat.avformat_alloc_output_context2(container, null, "mp4", file.toString()));
        AVCodec h264 = avcodec.avcodec_find_encoder_by_name("libopenh264");
        AVCodec codec = h264 != null ? h264 : avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_MPEG4);
        this.stream = avformat.avformat_new_stream(container, null);
        this.encoder = avcodec.avcodec_alloc_context3(codec);
        boolean begun = false;
        try {
            begin(codec, rate);
            begun = true;
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    private void begin(AVCodec codec, double rate) throws IOException {
        encoder.width(width);
        encoder.height(height);
        encoder.pix_fmt(avutil.AV_PIX_FMT_YUV420P);
        encoder.color_range(avutil.AVCOL_RANGE_MPEG);
        encoder.colorspace(avutil.AVCOL_SPC_SMPTE170M);
        encoder.time_base(avutil.av_make_q(1, TICKS_A_SECOND));
        encoder.framerate(avutil.av_make_q((int) Math.round(rate * 1000), 1000));
        encoder.bit_rate(Math.max(100_000, Math.round(BITS_A_PIXEL * width * height * rate)));
        encoder.gop_size((int) Math.max(1, Math.round(SECONDS_BETWEEN_KEYS * rate)));
        encoder.max_b_frames(0);
        if ((container.oformat().flags() & avformat.AVFMT_GLOBALHEADER) != 0) {
            encoder.flags(encoder.flags() | avcodec.AV_CODEC_FLAG_GLOBAL_HEADER);
        }
        check(avcodec.avcodec_open2(encoder, codec, (AVDictionary) null));
        check(avcodec.avcodec_parameters_from_context(stream.codecpar(), encoder));
        stream.time_base(encoder.time_base());
        AVIOContext out = new AVIOContext(null);
        check(avformat.avio_open(out, "file:" + file.toAbsolutePath(), avformat.AVIO_FLAG_WRITE));
        container.pb(out);
        AVDictionary options = new AVDictionary(null);
        // The table of frames goes to the front, so that a browser can begin before it has the whole file.
        avutil.av_dict_set(options, "movflags", "+faststart", 0);
        int status = avformat.avformat_write_header(container, options);
        avutil.av_dict_free(options);
        check(status);
    }

    /**
     * Appends a picture, which stays its owner's. One of another size than the file's is scaled.
     *
     * @param time since the first; one that is not later than the picture before it is shown a millisecond after that
     * @throws IOException if the disk is full
     */
    public void add(Picture picture, Duration time) throws IOException {
        AVFrame source = Planes.frame(picture, ledger);
        try {
            ColourSpace space = picture.format() == PixelFormat.GRAY8 ? ColourSpace.BT601_FULL : picture.colourSpace();
            AVFrame frame = Conversion.resize(
                    source, space, new Conversion.Target(width, height, avutil.AV_PIX_FMT_YUV420P), ledger);
            try {
                last = Math.max(last + 1, time.toMillis());
                frame.pts(last);
                check(avcodec.avcodec_send_frame(encoder, frame));
            } finally {
                ledger.free(frame);
            }
        } finally {
            ledger.free(source);
        }
        drain();
    }

    private void drain() throws IOException {
        while (avcodec.avcodec_receive_packet(encoder, packet) >= 0) {
            // Without it the last frame is shown for no time, and players leave it out.
            packet.duration(frameTicks);
            avcodec.av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
            packet.stream_index(0);
            check(avformat.av_interleaved_write_frame(container, packet));
        }
    }

    /**
     * Writes what is still held back, and the table of frames.
     *
     * @throws IOException if the disk is full
     */
    public void finish() throws IOException {
        check(avcodec.avcodec_send_frame(encoder, null));
        drain();
        check(avformat.av_write_trailer(container));
    }

    private void check(int status) throws IOException {
        if (status < 0) {
            throw new IOException(
                    file + " cannot be written as a video of " + width + " x " + height + ": FFmpeg's error " + status);
        }
    }

    /** Frames of FFmpeg's that are not given back yet. */
    int outstandingFrames() {
        return ledger.outstanding();
    }

    @Override
    public void close() {
        avcodec.av_packet_free(packet);
        avcodec.avcodec_free_context(encoder);
        if (container.pb() != null && !container.pb().isNull()) {
            avformat.avio_closep(container.pb());
            container.pb(null);
        }
        avformat.avformat_free_context(container);
    }
}
