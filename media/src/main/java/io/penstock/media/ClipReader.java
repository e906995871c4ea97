package io.penstock.media;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.PictureException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.IntPointer;

/**
 * Reads the first video of a file frame by frame, in the order in which they are shown. Frames that cannot be decoded are
 * left out and counted: a clip that a camera was torn from ends in one. Where the file, or a frame itself, says that it is to
 * be turned or mirrored, as phones say how they were held, the pictures stand upright.
 *
 * <p>Only containers of videos are opened, and only as files: a playlist that names other files or addresses is none.
 *
 * <p>Threads: one at a time; FFmpeg decodes on threads of its own. A picture may outlive the reader.
 */
public final class ClipReader implements AutoCloseable {
    private static final String CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf";
    private static final double USUAL_RATE = 25;
    private static final int MATRIX_NUMBERS = 9;

    private final FrameLedger ledger = new FrameLedger();
    private final Path file;
    private final long maxPixels;
    private final AVFormatContext container;
    private final AVPacket packet;
    private final AVCodecContext decoder;
    private final int index;
    private final double secondsPerTick;
    private final double rate;
    private long begun = avutil.AV_NOPTS_VALUE;
    private long decoded;
    private long damaged;
    private boolean drained;

    /**
     * A frame of a clip.
     *
     * @param time since the clip's first frame
     */
    public record ClipFrame(Picture picture, Duration time) {}

    private ClipReader(Path file, AVFormatContext container, int index, AVCodecContext decoder, long maxPixels) {
        AVStream stream = container.streams(index);
        AVRational tick = stream.time_base();
        AVRational guessed = avformat.av_guess_frame_rate(container, stream, null);
        this.file = file;
        this.maxPixels = maxPixels;
        this.container = container;
        this.index = index;
        this.decoder = decoder;
        this.packet = avcodec.av_packet_alloc();
        this.secondsPerTick = (double) tick.num() / Math.max(1, tick.den());
        this.rate = guessed.num() > 0 && guessed.den() > 0 ? (double) guessed.num() / guessed.den() : USUAL_RATE;
    }

    /**
     * Opens a file, of which nothing is decoded yet.
     *
     * @param maxPixels width times height of a frame that is still decoded
     * @throws PictureException if it is no video, or one that no decoder is there for, or its frames are too large
     */
    public static ClipReader open(Path file, long maxPixels) {
        FfmpegNatives.loadForClips();
        AVFormatContext container = new AVFormatContext(null);
        AVDictionary options = new AVDictionary(null);
        avutil.av_dict_set(options, "protocol_whitelist", "file", 0);
        avutil.av_dict_set(options, "format_whitelist", CONTAINERS, 0);
        int status = avformat.avformat_open_input(container, "file:" + file.toAbsolutePath(), null, options);
        avutil.av_dict_free(options);
        if (status < 0) {
            throw new PictureException(Reason.UNKNOWN_FORMAT, file.getFileName() + " is no video that is read here");
        }
        AVCodecContext decoder = null;
        boolean opened = false;
        try {
            avformat.avformat_find_stream_info(container, (AVDictionary) null);
            int index = avformat.av_find_best_stream(container, avutil.AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
            if (index < 0) {
                throw new PictureException(Reason.UNKNOWN_FORMAT, file.getFileName() + " has no video in it");
            }
            decoder = decoder(file, container.streams(index), maxPixels);
            ClipReader reader = new ClipReader(file, container, index, decoder, maxPixels);
            opened = true;
            return reader;
        } finally {
            if (!opened) {
                if (decoder != null) {
                    avcodec.avcodec_free_context(decoder);
                }
                avformat.avformat_close_input(container);
            }
        }
    }

    private static AVCodecContext decoder(Path file, AVStream stream, long maxPixels) {
        int width = stream.codecpar().width();
        int height = stream.codecpar().height();
        if ((long) width * height > maxPixels) {
            throw tooLarge(file, width, height, maxPixels);
        }
        AVCodec codec = avcodec.avcodec_find_decoder(stream.codecpar().codec_id());
        if (codec == null) {
            throw new PictureException(Reason.UNKNOWN_FORMAT, file.getFileName() + " has a video of an unknown codec");
        }
        AVCodecContext context = avcodec.avcodec_alloc_context3(codec);
        avcodec.avcodec_parameters_to_context(context, stream.codecpar());
        context.thread_count(0);
        context.pkt_timebase(stream.time_base());
        if (avcodec.avcodec_open2(context, codec, (AVDictionary) null) < 0) {
            avcodec.avcodec_free_context(context);
            throw new PictureException(
                    Reason.UNKNOWN_FORMAT, file.getFileName() + " has a video that its decoder refuses");
        }
        return context;
    }

    private static PictureException tooLarge(Path file, int width, int height, long maxPixels) {
        return new PictureException(
                Reason.TOO_LARGE,
                file.getFileName() + " has frames of " + width + " x " + height + "; at most " + maxPixels
                        + " pixels are decoded");
    }

    /** Frames a second, as the file tells or as its first frames are apart. */
    public double rate() {
        return rate;
    }

    /** Frames, or parts of them, that could not be decoded so far. */
    public long damaged() {
        return damaged;
    }

    /**
     * The next frame, whose picture the caller closes; empty at the end.
     *
     * @throws PictureException if the clip's frames have become too large
     */
    public Optional<ClipFrame> next() {
        AVFrame frame = ledger.take();
        boolean handedOver = false;
        try {
            while (true) {
                int status = avcodec.avcodec_receive_frame(decoder, frame);
                if (status >= 0) {
                    Duration time = time(frame.best_effort_timestamp());
                    decoded++;
                    if ((long) frame.width() * frame.height() > maxPixels) {
                        throw tooLarge(file, frame.width(), frame.height(), maxPixels);
                    }
                    Orientation orientation = orientation(frame);
                    Optional<Picture> picture = Planes.picture(frame, ledger);
                    handedOver = picture.isPresent();
                    Picture stored = picture.orElseGet(() -> converted(frame));
                    return Optional.of(new ClipFrame(orientation.apply(stored), time));
                }
                if (status == avutil.AVERROR_EOF()) {
                    return Optional.empty();
                }
                if (status != avutil.AVERROR_EAGAIN()) {
                    damaged++;
                }
                if (drained) {
                    return Optional.empty();
                }
                feed();
            }
        } finally {
            if (!handedOver) {
                ledger.free(frame);
            }
        }
    }

    /** The decoder hands on the container's display matrix with each frame, or the stream's own in its place. */
    private static Orientation orientation(AVFrame frame) {
        AVFrameSideData told = avutil.av_frame_get_side_data(frame, avutil.AV_FRAME_DATA_DISPLAYMATRIX);
        if (told == null || told.size() < MATRIX_NUMBERS * Integer.BYTES) {
            return Orientation.of(1);
        }
        IntPointer matrix = new IntPointer(told.data());
        return Orientation.ofMatrix(matrix.get(0), matrix.get(1), matrix.get(3), matrix.get(4));
    }

    /** Such as frames of ten bits. */
    private Picture converted(AVFrame frame) {
        AVFrame rgb = Conversion.convert(frame, Conversion.spaceOf(frame), avutil.AV_PIX_FMT_RGB24, ledger);
        return Planes.picture(rgb, ledger).orElseThrow();
    }

    /** Gives the decoder the next packet of the video, or tells it that there is none. */
    private void feed() {
        while (avformat.av_read_frame(container, packet) >= 0) {
            try {
                if (packet.stream_index() == index) {
                    damaged += avcodec.avcodec_send_packet(decoder, packet) < 0 ? 1 : 0;
                    return;
                }
            } finally {
                avcodec.av_packet_unref(packet);
            }
        }
        drained = true;
        avcodec.avcodec_send_packet(decoder, null);
    }

    private Duration time(long timestamp) {
        if (timestamp == avutil.AV_NOPTS_VALUE) {
            return seconds(decoded / rate);
        }
        if (begun == avutil.AV_NOPTS_VALUE) {
            begun = timestamp;
        }
        return seconds((timestamp - begun) * secondsPerTick);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.round(Math.max(0, seconds) * 1e9));
    }

    /** Frames of FFmpeg's that are not given back yet. */
    int outstandingFrames() {
        return ledger.outstanding();
    }

    @Override
    public void close() {
        avcodec.av_packet_free(packet);
        avcodec.avcodec_free_context(decoder);
        avformat.avformat_close_input(container);
    }
}
